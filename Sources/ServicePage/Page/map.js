// All tracks as points: near where their features are alike. The whole is an overview, of which a
// part that is looked at more closely is asked for anew and has more points of its own.

import { go, link } from "./address.js";
import { add, announce, count, element } from "./elements.js";
import { Plane } from "./plane.js";
import { get, Problem, send, source } from "./service.js";

// Points at most; fewer with points=… in the address. An answer with as many has less than 200 kB.
const most = 5000;
// Names of labels that stand below the map.
const mostNames = 40;
const mostListed = 60;
const methods = { pca: "principal components", tsne: "neighbours (t-SNE)" };

export async function map(place, fields, signal) {
  const { cache } = fields;
  const about = await get(["caches", cache], {}, signal);
  const views = Object.entries(about.views).filter(([, view]) => view.columns).map(([name]) => name);
  add(place, element("h1", {}, "Map"));
  if (!views.length) {
    add(place, element("p", {}, "No view of this cache is a table: prepare the view features."));
    return;
  }
  const view = views.includes(fields.view) ? fields.view : views.includes("features-30s") ? "features-30s" : views[0];
  const method = fields.method === "tsne" ? "tsne" : "pca";
  const limit = Math.max(1, Math.min(most, parseInt(fields.points ?? "", 10) || most));
  const choose = (name, title, options, chosen) => element("label", {}, title,
    element("select", { id: name, onchange: (event) => go({ ...fields, [name]: event.target.value }, true) },
      options.map(([value, words]) => element("option", { value, selected: value === chosen }, words))));
  const plays = element("input", { type: "checkbox", id: "plays" });
  add(place, element("div", { class: "row" },
    choose("view", "View", views.map((name) => [name, name]), view),
    choose("method", "By", Object.entries(methods), method),
    choose("label", "Label", [["", "all labels"], ...about.labels.map((name) => [name, name])], fields.label ?? ""),
    element("label", {}, plays, "play what is pointed at")));

  // What of the map lies in a box, the points that show most first.
  const ask = async (box, label, signal) => {
    const found = await get(["caches", cache, "map"], { view, method, label, limit, form: "compact", ...box }, signal);
    const { track, x, y, ...rest } = found.compact;
    const [width, height] = [rest.box.right - rest.box.left, rest.box.high - rest.box.low];
    return { ...found, points: track.map((id, index) => ({
      track: id, label: rest.labels[rest.label[index]], isDoubtful: index < found.doubtful,
      x: rest.box.left + width * x[index] / 65535, y: rest.box.low + height * y[index] / 65535,
    })) };
  };
  let whole;
  try {
    whole = await ask({}, "", signal);
  } catch (problem) {
    if (method !== "tsne" || !(problem instanceof Problem) || problem.status !== 404) throw problem;
    add(place, offer(cache, view, problem, fields, signal));
    return;
  }

  const hues = new Map(about.labels.map((label, index) => [label, `hsl(${(index * 137.5) % 360} 65% 50%)`]));
  const plane = new Plane(whole.extent, fields.box, (label) => hues.get(label) ?? "var(--faint)");
  const audio = new Audio();
  signal.addEventListener("abort", () => audio.pause());
  const caption = element("p", { id: "pointed", "aria-live": "polite" }, "Point at a track for its name; a click opens it.");
  const shown = element("p", { id: "shown", role: "status" });
  const list = element("ul", { class: "columns" });
  const listed = element("details", { ontoggle: () => drawList() }, element("summary", {}, "These tracks as a list, the nearest to the middle first"), list);
  const doubts = element("p", {});
  const open = (point) => go({ cache, track: point.track, label: fields.label });

  plane.onopen = open;
  plane.onpoint = async (point) => {
    caption.textContent = point ? `${point.track}: ${point.label}${point.isDoubtful ? ", a label to check" : ""}` : "";
    if (!point) { audio.pause(); return; }
    if (!plays.checked) return;
    audio.src = await source(["caches", cache, "tracks", point.track, "audio"], { format: "wav" }, signal);
    audio.play().catch(() => announce("Click once on the page, so that the browser lets it play."));
  };
  let asked = null, timer = 0;
  plane.onmove = () => {
    fields.box = plane.text;
    history.replaceState(null, "", link({ ...fields, page: "map" }));
    clearTimeout(timer);
    timer = setTimeout(() => fill().catch((error) => { if (error.name !== "AbortError") announce(error.message); }), 150);
  };
  signal.addEventListener("abort", () => { clearTimeout(timer); asked?.abort(); });
  async function fill() {
    asked?.abort();
    const mine = asked = new AbortController();
    const found = plane.box || fields.label ? await ask(plane.box ?? {}, fields.label, mine.signal) : whole;
    plane.show(found.points, fields.label ? whole.points : []);
    const where = `${fields.label ? ` of ${fields.label}` : ""}${plane.box ? " in this part" : ""}`;
    shown.textContent = found.points.length < found.total
      ? `${count(found.points.length)} of ${count(found.total)} tracks${where} shown, spread over all of it: look closer for more.`
      : `${count(found.total)} tracks${where}, all shown.`;
    const wrong = found.points.filter((point) => point.isDoubtful);
    doubts.replaceChildren();
    if (wrong.length) add(doubts, `${count(wrong.length)} with a ring were taken for something else by runs that had not learnt them; the surest first: `,
      wrong.slice(0, 20).map((point) => [element("a", { href: link({ cache, track: point.track }) }, point.track), " "]),
      wrong.length > 20 && element("a", { href: link({ page: "runs", cache }) }, "and more"));
    drawList();
  }
  function drawList() {
    if (!listed.open) return;
    list.replaceChildren(...plane.fromTheMiddle().slice(0, mostListed).map((point) =>
      element("li", {}, element("a", { href: link({ cache, track: point.track }) }, point.track), ` ${point.label}`)));
  }
  const name = `Map of ${count(whole.placed)} tracks by ${methods[method]} of ${view}`;
  add(place, element("div", { class: "stage scrolls" }, plane.draws(name)),
    element("div", { class: "row" },
      element("button", { id: "closer", onclick: () => plane.zoom(0.5) }, "Closer"),
      element("button", { id: "farther", onclick: () => plane.zoom(2) }, "Farther"),
      element("button", { id: "all", onclick: () => plane.whole() }, "All of it"),
      element("span", { class: "faint" }, "On the map ", element("kbd", {}, "+"), " ", element("kbd", {}, "−"), " ", element("kbd", {}, "0"), " and the arrows move it, ",
        element("kbd", {}, "n"), " ", element("kbd", {}, "p"), " go from track to track, ", element("kbd", {}, "Enter"), " opens one")),
    shown, caption, doubts, listed,
    about.labels.length <= mostNames && element("p", {}, about.labels.map((label) => [
      element("span", { "aria-hidden": "true", style: { color: hues.get(label) } }, "● "),
      element("a", {
        href: link({ ...fields, page: "map", label: fields.label === label ? "" : label }), "aria-current": fields.label === label ? "true" : null,
        onclick: (event) => { event.preventDefault(); go({ ...fields, page: "map", label: fields.label === label ? "" : label }, true); },
      }, label), "  "])),
    element("p", { class: "faint" }, remark(whole)));
  await fill();
}

function remark(found) {
  const columns = `${count(found.columns)} standardised columns, means over each track`;
  if (found.method === "pca") return `The first two principal components of ${columns}: ${(100 * found.explained[0]).toFixed(0)} and ${(100 * found.explained[1]).toFixed(0)} % of the variance.`;
  const sample = found.placed < found.tracks ? ` A sample of ${count(found.placed)} of ${count(found.tracks)} tracks was placed, spread evenly.` : "";
  return `Near are tracks whose ${columns}, are alike; far says little. t-SNE with a perplexity of ${found.perplexity.toFixed(0)}, divergence ${found.divergence.toFixed(2)}.${sample}`;
}

// What stands where no map by neighbours is there: a job makes one.
function offer(cache, view, problem, fields, signal) {
  const told = element("p", { "aria-live": "polite" }, `${problem.message}.`);
  const button = element("button", { class: "primary", onclick: async () => {
    button.disabled = true;
    try {
      let job = await send("POST", ["jobs"], { kind: "map", fields: { cache, view } });
      while (["queued", "running"].includes(job.state) && !signal.aborted) {
        const { progress } = job;
        told.textContent = progress ? `Step ${count(progress.done)} of ${count(progress.total)}` : `The job is ${job.state}.`;
        await new Promise((resolve) => setTimeout(resolve, 500));
        job = await get(["jobs", String(job.id)], {}, signal);
      }
      if (job.state === "done") go(fields, true);
      else told.textContent = `The job ended: ${job.state}. ${job.detail ?? "Its log is among the jobs."}`;
    } catch (error) {
      if (!signal.aborted) told.textContent = `${error.message}. ${error.hint ?? ""}`;
    }
  } }, "Compute it");
  return [told, element("p", {}, button)];
}
