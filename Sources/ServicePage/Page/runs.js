// Training runs: their curves, and their mistakes as tracks to listen to.

import { link } from "./address.js";
import { add, count, drawing, element, percent, table } from "./elements.js";
import { get } from "./service.js";

const pageSize = 50;
// Labels up to which all is shown as a matrix; of more, a list of what was taken for something else.
const mostInMatrix = 30;

export async function runs(place, fields, signal) {
  const list = await get(["runs"], { limit: 1000 }, signal);
  add(place, element("h1", {}, fields.run ? `Run ${fields.run}` : "Runs"));
  if (!list.runs.length) {
    add(place, element("p", {}, "There is no run under the root: lathe train … --output ROOT/runs/NAME makes one."));
    return;
  }
  if (fields.run) return one(place, fields, signal);
  const all = await Promise.all(list.runs.slice(0, 200).map((name) => get(["runs", name], { brief: true }, signal).catch(() => null)));
  const known = all.filter(Boolean);
  add(place,
    table("Runs, with what they reach on the side that they were tested on", [
      { name: "Run", cell: (run) => element("a", { href: link({ ...fields, page: "runs", run: run.name }) }, run.name) },
      { name: "Trainer", cell: (run) => run.record.trainer ?? "" },
      { name: "Split", cell: (run) => run.record.split?.name ?? run.record.source?.split ?? "" },
      { name: "Epochs", number: true, cell: (run) => count(run.epochs.at(-1)?.epoch ?? 0) },
      { name: "Tracks right", number: true, cell: (run) => share(run, "trackAccuracy") },
      { name: "Slices right", number: true, cell: (run) => share(run, "sliceAccuracy") },
    ], known),
    element("h2", {}, "Their curves"), curves(known.slice(0, 8).map((run) => ({ name: run.name, epochs: run.epochs }))),
    ...await mislabels(fields, signal));
}

// Tracks that runs, which had not learnt them, take for something else: the surest first.
async function mislabels(fields, signal) {
  const { cache } = fields;
  if (!cache) return [];
  const offset = Math.max(0, parseInt(fields.offset ?? "0", 10) || 0);
  const found = await get(["caches", cache, "likely-mislabelled"], { offset, limit: pageSize }, signal);
  if (!found.total) return [];
  const step = (to, name) => element("a", { href: link({ ...fields, page: "runs", offset: to || "" }) }, name);
  return [element("h2", {}, "Likely wrong labels"), table(`${count(found.total)} tracks of ${cache} that runs without a leak take for something else, the surest first`, [
    { name: "Track", cell: (one) => element("a", { href: link({ cache, track: one.track }) }, one.track) },
    { name: "Label", cell: (one) => one.labels.join(", ") },
    { name: "Taken for", cell: (one) => one.taken_for },
    { name: "Runs", number: true, cell: (one) => `${one.wrong} of ${one.runs}` },
    { name: "How surely", number: true, cell: (one) => percent(one.probability) },
  ], found.tracks), element("nav", { class: "row", "aria-label": "More tracks" },
    offset > 0 && step(Math.max(0, offset - pageSize), "← before"),
    offset + pageSize < found.total && step(offset + pageSize, "next →"))];
}

const tested = (run) => run.result?.evaluations?.test ?? Object.values(run.result?.evaluations ?? {})[0];
const share = (run, key) => tested(run)?.metrics?.[key] === undefined ? "" : percent(tested(run).metrics[key]);

async function one(place, fields, signal) {
  const run = await get(["runs", fields.run], { brief: true }, signal);
  const evaluations = run.result?.evaluations ?? {};
  const side = evaluations[fields.of ?? "test"] ? fields.of ?? "test" : Object.keys(evaluations)[0];
  add(place, element("p", {}, element("a", { href: link({ page: "runs", cache: fields.cache }) }, "← all runs")),
    element("h2", {}, "Curves"), curves([{ name: run.name, epochs: run.epochs }]));
  if (!side) { add(place, element("p", {}, "It has not ended yet.")); return; }
  const { metrics } = evaluations[side];
  add(place, element("h2", {}, `On ${side}`), element("p", {},
    `${percent(metrics.trackAccuracy)} of tracks, ${percent(metrics.sliceAccuracy)} of slices.`));
  if (run.record.tagged) return;
  const { labels } = run.record;
  const isSmall = labels.length <= mostInMatrix;
  const found = await get(["runs", fields.run, "confusions"], { side, wrong: !isSmall, limit: isSmall ? 1000 : 200 }, signal);
  const chosen = element("div", { "aria-live": "polite" });
  const show = async (label, predicted) => chosen.replaceChildren(...await tracksOf(fields, side, label, predicted, signal));
  const button = (cell, name) => element("button", {
    "aria-label": `${cell.tracks}: ${cell.label} taken for ${cell.predicted}`, onclick: () => show(cell.label, cell.predicted),
  }, name ?? String(cell.tracks));
  if (isSmall) add(place, element("p", { class: "faint" }, "A row is what a track is, a column what it was taken for. A cell shows its tracks."), matrix(labels, found.cells, button));
  else add(place, table(`What was taken for something else, the most frequent of ${count(found.total)} first`, [
    { name: "Label", cell: (cell) => cell.label }, { name: "Taken for", cell: (cell) => cell.predicted },
    { name: "Tracks", number: true, cell: (cell) => button(cell) },
  ], found.cells));
  add(place, chosen);
}

function matrix(labels, cells, button) {
  const most = Math.max(1, ...cells.map((cell) => cell.tracks));
  const known = new Map(cells.map((cell) => [JSON.stringify([cell.label, cell.predicted]), cell]));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, element("table", { class: "matrix" },
    element("thead", {}, element("tr", {}, element("td", {}), labels.map((label) => element("th", { scope: "col" }, label)))),
    element("tbody", {}, labels.map((truth) => element("tr", {}, element("th", { scope: "row" }, truth), labels.map((guess) => {
      const cell = known.get(JSON.stringify([truth, guess]));
      return element("td", {
        style: cell ? { background: `color-mix(in srgb, var(${truth === guess ? "--good" : "--bad"}) ${15 + 45 * cell.tracks / most}%, transparent)` } : {},
      }, cell && button(cell));
    }))))));
}

async function tracksOf(fields, side, label, predicted, signal) {
  const found = await get(["runs", fields.run, "outcomes"], { side, label, predicted, limit: pageSize }, signal);
  const [those, all] = [found.outcomes[side] ?? [], found.totals[side] ?? 0];
  return [element("h2", {}, `${label} taken for ${predicted}`),
    those.length ? element("ul", {}, those.map((track) => element("li", {},
      element("a", { href: link({ cache: fields.cache, track: track.track }) }, track.track), ` ${percent(track.probability)}`)))
      : element("p", {}, element("a", { href: link({ page: "tracks", cache: fields.cache, label }) }, `All tracks of ${label}`), " (this run kept no predictions of single tracks)."),
    all > those.length && element("p", { class: "faint" }, `${count(those.length)} of ${count(all)} tracks.`)].filter(Boolean);
}

const hues = ["--accent", "--warm", "--good", "--bad", "--faint"];

// The losses of runs over their epochs.
function curves(list) {
  const [width, height, left, bottom] = [720, 240, 46, 26];
  const lines = list.flatMap((run) => ["train", "validation", "test"].map((side) => ({
    name: list.length > 1 ? `${run.name} ${side}` : side,
    points: run.epochs.map((epoch) => [epoch.epoch, loss(epoch, side)]).filter(([, value]) => Number.isFinite(value)),
  }))).filter((line) => line.points.length > 1);
  if (!lines.length) return element("p", { class: "faint" }, "There is no curve yet.");
  const most = Math.max(...lines.flatMap((line) => line.points.map(([, value]) => value)));
  const last = Math.max(...lines.map((line) => line.points.at(-1)[0]));
  const x = (epoch) => left + (width - left - 8) * (epoch - 1) / Math.max(1, last - 1);
  const y = (value) => 16 + (height - bottom - 16) * (1 - value / most);
  return element("figure", {}, drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Loss over epochs", width },
    [0, 0.5, 1].map((part) => [drawing("line", { x1: left, x2: width, y1: y(part * most), y2: y(part * most), stroke: "var(--line)" }),
      drawing("text", { x: left - 6, y: y(part * most) + 4, "text-anchor": "end" }, (part * most).toFixed(2))]),
    drawing("text", { x: width - 8, y: height - 6, "text-anchor": "end" }, `${last} epochs`),
    lines.map((line, index) => drawing("polyline", {
      fill: "none", stroke: `var(${hues[index % hues.length]})`, "stroke-width": 2,
      points: line.points.map(([epoch, value]) => `${x(epoch)},${y(value)}`).join(" "),
    }))), element("figcaption", {}, lines.map((line, index) => [element("span", { "aria-hidden": "true", style: { color: `var(${hues[index % hues.length]})` } }, "━ "), `${line.name}  `])));
}

function loss(epoch, side) {
  if (side === "train") return epoch.loss ?? epoch.train?.loss ?? epoch.training?.loss;
  return epoch[side]?.loss ?? epoch.sides?.[side]?.loss ?? epoch.evaluations?.[side]?.loss;
}
