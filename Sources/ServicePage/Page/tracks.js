// All tracks: pictures or a list, narrowed by what stands in the address.

import { go, link } from "./address.js";
import { add, announce, count, element, minutes, table } from "./elements.js";
import { get, source } from "./service.js";

const pageSize = 60;

export async function tracks(place, fields, signal) {
  const { cache } = fields;
  const offset = Math.max(0, parseInt(fields.offset ?? "0", 10) || 0);
  const [about, splits, list] = await Promise.all([
    get(["caches", cache], {}, signal), get(["caches", cache, "splits"], {}, signal),
    get(["caches", cache, "tracks"], {
      label: fields.label, side: fields.side, split: fields.side ? fields.split : "", verdict: fields.verdict,
      text: fields.text, offset, limit: pageSize,
    }, signal),
  ]);
  const picture = Object.entries(about.views).find(([, view]) => view.form === "rows" && view.shape.length === 2)?.[0];
  const isList = fields.as === "list" || !picture;
  const change = (more) => go({ ...fields, page: "tracks", offset: "", ...more }, true);
  const split = splits.splits.find((one) => one.name === (fields.split ?? splits.default));
  const choices = (name, all, values) => element("label", {}, name,
    element("select", { id: `by-${name.toLowerCase()}`, onchange: (event) => change({ [name.toLowerCase()]: event.target.value }) },
      element("option", { value: "" }, all),
      values.map((value) => element("option", { value, selected: value === fields[name.toLowerCase()] }, value))));
  const search = element("input", { type: "search", id: "search", value: fields.text ?? "", placeholder: "id, artist, title" });
  add(place,
    element("h1", {}, "Tracks"),
    element("form", { class: "row", role: "search", onsubmit: (event) => { event.preventDefault(); change({ text: search.value }); } },
      element("label", { for: "search" }, "Find"), search, element("button", {}, "Search"),
      choices("Label", "all labels", about.labels),
      split && choices("Side", "all sides", split.sides.map((side) => side.name)),
      fields.verdict && element("button", { type: "button", onclick: () => change({ verdict: "" }) }, `verdict ${fields.verdict} ✕`),
      picture && element("button", { id: "as-list", type: "button", "aria-pressed": isList, onclick: () => change({ as: isList ? "" : "list", offset }) }, "As a list")),
    element("p", { class: "faint" }, list.total === 0 ? "No track is like this."
      : `${count(offset + 1)} to ${count(offset + list.tracks.length)} of ${count(list.total)}`));
  // A track's page goes on to the next one of the same choice.
  const { label, side, verdict, text } = fields;
  const to = (track) => link({ cache, track: track.id, label, side, split: side && fields.split, verdict, text });
  add(place, isList ? rows(to, list.tracks) : await tiles(cache, to, list.tracks, picture, signal));
  const step = (to, name) => element("a", { href: link({ ...fields, page: "tracks", offset: to || "" }) }, name);
  add(place, element("nav", { class: "row", "aria-label": "More tracks" },
    offset > 0 && step(Math.max(0, offset - pageSize), "← before"),
    offset + pageSize < list.total && step(offset + pageSize, "next →")));
  if (fields.text !== undefined) announce(`${count(list.total)} tracks`);
}

function rows(to, list) {
  return table("Tracks", [
    { name: "Track", cell: (track) => element("a", { href: to(track) }, track.id) },
    { name: "Label", cell: (track) => track.labels.join(", ") },
    { name: "Artist", cell: (track) => track.artist ?? "" }, { name: "Title", cell: (track) => track.title ?? "" },
    { name: "Length", number: true, cell: (track) => minutes(track.frames / track.sample_rate) },
    { name: "Verdicts", cell: (track) => [...track.verdicts, ...track.faults].map((verdict) => element("span", { class: "verdict" }, verdict)) },
  ], list);
}

// A picture is asked for when it is about to be seen, so that scrolling does not ask for all.
async function tiles(cache, to, list, view, signal) {
  return element("div", { class: "grid" }, await Promise.all(list.map(async (track) =>
    element("a", { class: "tile", href: to(track) },
      element("img", {
        loading: "lazy", decoding: "async", width: 150, height: 92, alt: "",
        src: await source(["caches", cache, "tracks", track.id, "spectrogram"], { view, slice: 0, width: 150, height: 92 }, signal),
      }),
      element("span", {}, track.id), element("span", { class: "faint" }, track.labels.join(", "))))));
}
