// What crosses between the sides of a split.

import { go, link } from "./address.js";
import { add, count, element, percent, table } from "./elements.js";
import { get } from "./service.js";

// Names of each kind that are asked for, of each two sides.
const mostNames = 50;
const relations = {
  tracks: "slices of one track", recordings: "one recording", neighbours: "sound the same", artists: "one artist", titles: "one title",
};

export async function leaks(place, fields, signal) {
  const { cache } = fields;
  const splits = await get(["caches", cache, "splits"], {}, signal);
  add(place, element("h1", {}, "Splits and leaks"));
  if (!splits.splits.length) {
    add(place, element("p", {}, "There is no split yet: lathe split makes one."));
    return;
  }
  const split = splits.splits.find((one) => one.name === (fields.split ?? splits.default)) ?? splits.splits[0];
  const audit = await get(["caches", cache, "splits", split.name, "audit"], { names: mostNames, labels: false }, signal);
  add(place,
    element("div", { class: "row" }, element("label", {}, "Split",
      element("select", { id: "split", onchange: (event) => go({ page: "leaks", cache, split: event.target.value }, true) },
        splits.splits.map((one) => element("option", { value: one.name, selected: one.name === split.name }, one.name))))),
    element("p", {}, `Policy ${split.policy}: `, split.sides.map((side, index) => [index ? ", " : "",
      element("a", { href: link({ page: "tracks", cache, split: split.name, side: side.name }) }, split.policy === "slices" ? side.name : `${side.name} ${count(side.tracks)}`)])));
  const rows = audit.pairs.flatMap((pair) => Object.entries(pair.shared).map(([relation, shared]) => ({ pair, relation, shared })));
  const crossing = rows.filter((row) => row.shared.tracks > 0);
  add(place, element("p", { class: crossing.length ? "bad" : "good" }, crossing.length
    ? "Something is on two sides: an accuracy measured on this split counts it as learnt."
    : "Nothing is on two sides, as far as is known."));
  add(place, picture(audit.pairs));
  add(place, element("h2", {}, "What crosses"));
  if (!crossing.length) add(place, element("p", {}, "Nothing."));
  for (const { pair, relation, shared } of crossing) {
    add(place, element("details", { open: shared.names.length <= 12 },
      element("summary", {}, `${pair.first} and ${pair.second}: ${relations[relation] ?? relation} · ${count(shared.tracks)} tracks of ${pair.second}, ${shared.percent.toFixed(1)} %`),
      element("ul", {}, shared.names.map((name) => element("li", {},
        element("a", { href: link({ page: "tracks", cache, text: name }) }, name)))),
      shared.names.length === mostNames && element("p", { class: "faint" }, `The first ${mostNames}.`)));
  }
  await suspects(place, cache, split, signal);
  add(place, element("h2", {}, "All that was looked for"), table("Shares of the second side", [
    { name: "Between", cell: (row) => `${row.pair.first} and ${row.pair.second}` },
    { name: "By", cell: (row) => relations[row.relation] ?? row.relation },
    { name: "Tracks", number: true, cell: (row) => count(row.shared.tracks) },
    { name: "Share", number: true, cell: (row) => percent(row.shared.percent / 100) },
  ], rows));
}

// The pairs that sound the same, to be heard one beside the other.
async function suspects(place, cache, split, signal) {
  const found = await get(["caches", cache, "copies"], { limit: 200 }, signal);
  add(place, element("h2", {}, "Tracks that sound the same"));
  if (!found.known || !found.total) {
    add(place, element("p", {}, found.known ? "None was found." : "Nobody has looked for copies yet: lathe duplicates does."));
    return;
  }
  add(place, table(`${count(found.total)} pairs`, [
    { name: "One", cell: (pair) => element("a", { href: link({ cache, track: pair.first }) }, pair.first) },
    { name: "The other", cell: (pair) => element("a", { href: link({ cache, track: pair.second }) }, pair.second) },
    { name: "Alike", number: true, cell: (pair) => percent(pair.similarity) },
    { name: "", cell: (pair) => element("a", { href: link({ page: "copies", cache, track: pair.first, other: pair.second }) }, "listen side by side") },
  ], found.copies));
}

// The sides as a square, how much of each is on another: a cell a relation.
function picture(pairs) {
  const kinds = Object.keys(relations).filter((kind) => pairs.some((pair) => pair.shared[kind]));
  return element("div", { class: "bars", style: { "grid-template-columns": "minmax(90px,max-content) 1fr max-content" } },
    pairs.flatMap((pair) => [
      element("strong", { style: { "grid-column": "1 / -1" } }, `${pair.first} → ${pair.second}`),
      ...kinds.filter((kind) => pair.shared[kind]).flatMap((kind) => {
        const share = pair.shared[kind].percent;
        return [element("span", {}, relations[kind]),
          element("div", { class: "bar", role: "img", "aria-label": `${share.toFixed(1)} percent` }, element("span", { style: { width: `${share}%`, background: "var(--bad)" } })),
          element("span", { class: share ? "bad" : "faint", style: { "white-space": "nowrap" } }, `${share.toFixed(1)} %`)];
      }),
    ]));
}
