// Training runs: their curves, and their mistakes as tracks to listen to.

import { link } from "./address.js";
import { add, count, drawing, element, percent, table } from "./elements.js";
import { get } from "./service.js";

export async function runs(place, fields, signal) {
  const list = await get(["runs"], { limit: 1000 }, signal);
  add(place, element("h1", {}, fields.run ? `Run ${fields.run}` : "Runs"));
  if (!list.runs.length) {
    add(place, element("p", {}, "There is no run under the root: lathe train … --output ROOT/runs/NAME makes one."));
    return;
  }
  if (fields.run) return one(place, fields, signal);
  const all = await Promise.all(list.runs.slice(0, 200).map((name) => get(["runs", name], {}, signal).catch(() => null)));
  const known = all.filter(Boolean);
  add(place,
    table("Runs, with what they reach on the side that they were tested on", [
      { name: "Run", cell: (run) => element("a", { href: link({ ...fields, page: "runs", run: run.name }) }, run.name) },
      { name: "Trainer", cell: (run) => run.record.trainer ?? "" },
      { name: "Split", cell: (run) => run.record.split?.name ?? run.record.source?.split ?? "" },
      { name: "Epochs", number: true, cell: (run) => count(run.epochs.length) },
      { name: "Tracks right", number: true, cell: (run) => share(run, "trackAccuracy") },
      { name: "Slices right", number: true, cell: (run) => share(run, "sliceAccuracy") },
    ], known),
    element("h2", {}, "Their curves"), curves(known.slice(0, 8).map((run) => ({ name: run.name, epochs: run.epochs }))),
    ...await mislabels(fields.cache, known, signal));
}

// Tracks that runs, which had not learnt them, take for something else: the surest first.
async function mislabels(cache, list, signal) {
  const honest = list.filter((run) => !Object.values(run.record.learntTracks ?? {}).some(Boolean));
  const outcomes = await Promise.all(honest.map((run) => get(["runs", run.name, "outcomes"], {}, signal).catch(() => ({ outcomes: {} }))));
  const tracks = new Map();
  for (const one of outcomes.flatMap((found) => Object.values(found.outcomes).flat())) {
    const known = tracks.get(one.track) ?? { track: one.track, label: one.label, runs: 0, wrong: 0, weight: 0, taken: {} };
    known.runs += 1;
    if (one.predicted !== one.label) {
      known.wrong += 1;
      known.weight += one.probability;
      known.taken[one.predicted] = (known.taken[one.predicted] ?? 0) + one.probability;
    }
    tracks.set(one.track, known);
  }
  const doubtful = [...tracks.values()].filter((one) => one.wrong > 0)
    .sort((one, other) => other.weight / other.runs - one.weight / one.runs).slice(0, 50);
  if (!doubtful.length) return [];
  return [element("h2", {}, "Likely wrong labels"), table("Tracks that runs without a leak take for something else, the surest first", [
    { name: "Track", cell: (one) => element("a", { href: link({ cache, track: one.track }) }, one.track) },
    { name: "Label", cell: (one) => one.label },
    { name: "Taken for", cell: (one) => Object.entries(one.taken).sort((a, b) => b[1] - a[1])[0][0] },
    { name: "Runs", number: true, cell: (one) => `${one.wrong} of ${one.runs}` },
    { name: "How surely", number: true, cell: (one) => percent(one.weight / one.wrong) },
  ], doubtful)];
}

const tested = (run) => run.result?.evaluations?.test ?? Object.values(run.result?.evaluations ?? {})[0];
const share = (run, key) => tested(run)?.metrics?.[key] === undefined ? "" : percent(tested(run).metrics[key]);

async function one(place, fields, signal) {
  const [run, { outcomes }] = await Promise.all([
    get(["runs", fields.run], {}, signal), get(["runs", fields.run, "outcomes"], {}, signal),
  ]);
  const [side, evaluation] = Object.entries(run.result?.evaluations ?? {}).find(([name]) => name === (fields.of ?? "test"))
    ?? Object.entries(run.result?.evaluations ?? {})[0] ?? [];
  add(place, element("p", {}, element("a", { href: link({ page: "runs", cache: fields.cache }) }, "← all runs")),
    element("h2", {}, "Curves"), curves([{ name: run.name, epochs: run.epochs }]));
  if (!evaluation) { add(place, element("p", {}, "It has not ended yet.")); return; }
  add(place, element("h2", {}, `On ${side}`), element("p", {},
    `${share(run, "trackAccuracy")} of tracks, ${share(run, "sliceAccuracy")} of slices.`));
  const confusion = evaluation.trackConfusion ?? evaluation.sliceConfusion;
  const labels = run.record.labels ?? run.record.source?.labels ?? confusion?.map((_, index) => String(index));
  const chosen = element("div", { "aria-live": "polite" });
  if (confusion) {
    const most = Math.max(1, ...confusion.flat());
    const tracks = outcomes[side] ?? [];
    add(place, element("p", { class: "faint" }, "A row is what a track is, a column what it was taken for. A cell shows its tracks."),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, element("table", { class: "matrix" },
        element("thead", {}, element("tr", {}, element("td", {}), labels.map((label) => element("th", { scope: "col" }, label)))),
        element("tbody", {}, confusion.map((row, truth) => element("tr", {}, element("th", { scope: "row" }, labels[truth]),
          row.map((number, guess) => element("td", {
            style: number ? { background: `color-mix(in srgb, var(${truth === guess ? "--good" : "--bad"}) ${15 + 45 * number / most}%, transparent)` } : {},
          }, number ? element("button", {
            "aria-label": `${number}: ${labels[truth]} taken for ${labels[guess]}`,
            onclick: () => chosen.replaceChildren(...cell(fields.cache, tracks, labels, truth, guess)),
          }, String(number)) : "")))))) ), chosen);
  }
}

function cell(cache, tracks, labels, truth, guess) {
  const those = tracks.filter((track) => track.label === labels[truth] && track.predicted === labels[guess]);
  return [element("h2", {}, `${labels[truth]} taken for ${labels[guess]}`),
    those.length ? element("ul", {}, those.map((track) => element("li", {},
      element("a", { href: link({ cache, track: track.track }) }, track.track), ` ${percent(track.probability)}`)))
      : element("p", {}, element("a", { href: link({ page: "tracks", cache, label: labels[truth] }) }, `All tracks of ${labels[truth]}`), " (this run kept no predictions of single tracks).")];
}

const hues = ["--accent", "--warm", "--good", "--bad", "--faint"];

// The losses of runs over their epochs.
function curves(list) {
  const [width, height, left, bottom] = [720, 240, 46, 26];
  const lines = list.flatMap((run) => ["train", "validation", "test"].map((side) => ({
    name: list.length > 1 ? `${run.name} ${side}` : side,
    points: run.epochs.map((epoch, index) => [index + 1, loss(epoch, side)]).filter(([, value]) => Number.isFinite(value)),
  }))).filter((line) => line.points.length > 1);
  if (!lines.length) return element("p", { class: "faint" }, "There is no curve yet.");
  const most = Math.max(...lines.flatMap((line) => line.points.map(([, value]) => value)));
  const last = Math.max(...lines.map((line) => line.points.at(-1)[0]));
  const x = (epoch) => left + (width - left - 8) * (epoch - 1) / Math.max(1, last - 1);
  const y = (value) => 8 + (height - bottom - 8) * (1 - value / most);
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
