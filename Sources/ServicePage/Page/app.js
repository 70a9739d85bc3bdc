// The frame of the page: which cache, which part of it, and what to do when something fails.

import { address, go, link } from "./address.js";
import { element } from "./elements.js";
import { get, keepToken, Problem } from "./service.js";
import { overview } from "./overview.js";
import { tracks } from "./tracks.js";
import { track } from "./track.js";
import { copies } from "./copies.js";
import { leaks } from "./leaks.js";
import { map } from "./map.js";
import { runs } from "./runs.js";
import { jobs } from "./jobs.js";
import { corrections } from "./corrections.js";

// Each draws into `place` for as long as `signal` is not aborted.
const pages = { overview, tracks, track, copies, leaks, map, runs, jobs, corrections };
const named = {
  overview: "Overview", tracks: "Tracks", leaks: "Splits and leaks", map: "Map", runs: "Runs",
  corrections: "Corrections", jobs: "Jobs",
};

const content = document.getElementById("content");
const choice = document.getElementById("cache");
let shown = null;

choice.addEventListener("change", () => go({ cache: choice.value }));
addEventListener("addresschange", (event) => show(event.detail));

// `way`: how one came here; "new" by a link, "back" by the browser's own buttons, "same" where only a
// choice on the page changed.
async function show(way) {
  shown?.abort();
  shown = new AbortController();
  const { signal } = shown;
  const fields = address();
  const page = pages[fields.page] ? fields.page : fields.track ? "track" : "overview";
  try {
    const list = await get(["caches"], { limit: 1000 }, signal);
    fields.cache = list.caches.includes(fields.cache) ? fields.cache : list.caches[0];
    choice.replaceChildren(...list.caches.map((name) =>
      element("option", { value: name, selected: name === fields.cache }, name)));
    choice.disabled = list.caches.length === 0;
    drawPages(page, fields.cache);
    if (!fields.cache && page !== "runs" && page !== "jobs") {
      content.replaceChildren(
        element("h1", {}, "No cache yet"),
        element("p", {}, "Nothing under the root of this service is a cache. Prepare one there: ",
          element("code", {}, "lathe prepare AUDIO --cache ROOT/NAME"), "."));
      return;
    }
    const place = element("div");
    content.setAttribute("aria-busy", "true");
    await pages[page](place, fields, signal);
    if (signal.aborted) return;
    const held = content.contains(document.activeElement) ? document.activeElement.id : "";
    content.replaceChildren(place);
    // Whoever uses keys goes on from where they were, or from the beginning of what is new.
    if (way) (document.getElementById(held) ?? content).focus({ preventScroll: true });
    if (way === "new") scrollTo(0, 0);
    if (way === "back") scrollTo(0, history.state?.scrolled ?? 0);
    document.title = `${place.querySelector("h1")?.textContent ?? "Lathe"} · Lathe`;
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    content.replaceChildren(explanation(error));
  } finally {
    if (!signal.aborted) content.removeAttribute("aria-busy");
  }
}

function drawPages(page, cache) {
  const current = page === "track" || page === "copies" ? "tracks" : page;
  document.getElementById("pages").replaceChildren(...Object.entries(named).map(([key, name]) =>
    element("a", { href: link({ page: key, cache }), "aria-current": key === current ? "page" : null }, name)));
}

function explanation(error) {
  if (error instanceof Problem && error.status === 401) {
    const field = element("input", { type: "password", id: "token", autocomplete: "off", required: true });
    return element("form", {
      onsubmit: (event) => { event.preventDefault(); keepToken(field.value); show(); },
    },
      element("h1", {}, "A token is asked for"),
      element("p", {}, error.message),
      element("div", { class: "row" },
        element("label", { for: "token" }, "Token"), field, element("button", { class: "primary" }, "Go on")));
  }
  return element("div", { class: "problem", role: "alert" },
    element("h1", {}, error instanceof Problem ? `It could not be had (${error.status})` : "The page failed"),
    element("p", {}, error.message), error.hint && element("p", { class: "faint" }, error.hint));
}

show();
