// The collection at a glance.

import { link } from "./address.js";
import { add, count, element, minutes, table } from "./elements.js";
import { get } from "./service.js";

const sideColours = ["var(--accent)", "var(--warm)", "var(--good)", "var(--faint)"];

export async function overview(place, { cache }, signal) {
  const [about, splits, quarantine, collection] = await Promise.all([
    get(["caches", cache], {}, signal), get(["caches", cache, "splits"], {}, signal),
    get(["caches", cache, "quarantine"], { limit: 200 }, signal),
    get(["caches", cache, "collection"], {}, signal),
  ]);
  const most = Math.max(1, ...collection.labels.map((label) => label.tracks));
  const split = splits.splits.find((one) => one.name === splits.default);
  const sides = split?.sides.map((side) => side.name) ?? [];
  add(place,
    element("h1", {}, about.dataset ?? cache),
    element("div", { class: "cards" },
      card(count(about.tracks), "tracks"), card(count(collection.labels.length), "labels"),
      card(duration(collection.seconds), "of music"), card(count(Object.keys(about.views).length), "views"),
      card(count(quarantine.total), "in quarantine"), card(count(collection.flagged), "with a verdict")),
    element("h2", {}, "Labels"),
    element("div", { class: "bars" }, collection.labels.map((label) => [
      element("a", { href: link({ page: "tracks", cache, label: label.name }) }, label.name || "without a label"),
      element("div", { class: "bar", role: "img", "aria-label": sides.map((side) => `${side} ${label.sides[side] ?? 0}`).join(", ") },
        (sides.length ? sides.map((side) => label.sides[side] ?? 0) : [label.tracks]).map((tracks, index) =>
          element("span", { style: { width: `${100 * tracks / most}%`, background: sideColours[index % 4] } }))),
      element("span", { class: "faint" }, count(label.tracks)),
    ])),
    split && element("p", { class: "faint" }, `Coloured by the sides of ${split.name}: `,
      split.sides.flatMap((side, index) => [
        element("span", { "aria-hidden": "true", style: { color: sideColours[index % 4] } }, "■ "),
        element("a", { href: link({ page: "tracks", cache, side: side.name }) }, `${side.name} ${count(side.tracks)}`), " "])),
    element("h2", {}, "Durations"),
    histogram(collection.durations),
    collection.verdicts.length > 0 && [
      element("h2", {}, "Verdicts and known faults"),
      element("p", {}, collection.verdicts.map((verdict) => [
        element("a", { class: "verdict", href: link({ page: "tracks", cache, verdict: verdict.name }) },
          `${verdict.name} ${count(verdict.tracks)}`), " "])),
    ],
    element("h2", {}, "Quarantine"),
    quarantine.total === 0
      ? element("p", {}, "Every file could be used.")
      : table(`${count(quarantine.total)} files could not be used`, [
        { name: "File", cell: (file) => file.path }, { name: "Reason", cell: (file) => `${file.code}: ${file.message}` },
        { name: "What to do", cell: (file) => file.hint },
      ], quarantine.files),
    element("h2", {}, "Views"),
    table("What was computed of each track", [
      { name: "View", cell: ([name]) => name }, { name: "Kind", cell: ([, view]) => view.kind },
      { name: "Slices", number: true, cell: ([, view]) => count(view.samples) },
      { name: "Shape", cell: ([, view]) => view.shape.join(" × ") }, { name: "Unit", cell: ([, view]) => view.unit },
    ], Object.entries(about.views)));
}

const card = (number, name) => element("div", { class: "card" }, element("strong", {}, number), name);

const duration = (seconds) => seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;

function histogram(durations) {
  // As many digits as tell the steps apart.
  const step = durations.length ? durations[0].to - durations[0].from : 1;
  const digits = step >= 10 ? 0 : step >= 1 ? 1 : step >= 0.1 ? 2 : 3;
  const most = Math.max(1, ...durations.map((bin) => bin.tracks));
  return element("div", { class: "bars" }, durations.filter((bin) => bin.tracks > 0).map((bin) => [
    element("span", {}, `${minutes(bin.from, digits)} to ${minutes(bin.to, digits)}`),
    element("div", { class: "bar" }, element("span", { style: { width: `${100 * bin.tracks / most}%`, background: "var(--accent)" } })),
    element("span", { class: "faint" }, count(bin.tracks)),
  ]));
}
