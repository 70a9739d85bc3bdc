// One track: heard, seen, beside its label's others, and corrected.

import { go, link } from "./address.js";
import { correct } from "./corrections.js";
import { add, announce, count, element, isForElement, minutes, percent, table } from "./elements.js";
import { axis, samplesPerPeak, stage, timeTicks, waveform } from "./plot.js";
import { Player } from "./player.js";
import { get, source } from "./service.js";

const speeds = [0.5, 0.75, 1, 1.5, 2];

export async function track(place, fields, signal) {
  const { cache } = fields;
  const base = ["caches", cache, "tracks", fields.track];
  const [about, record, { splits }] = await Promise.all([
    get(["caches", cache], {}, signal), get(base, {}, signal), get(["caches", cache, "splits"], {}, signal)]);
  const policies = new Map(splits.map((split) => [split.name, split.policy]));
  const sound = Object.entries(about.views).find(([, view]) => view.form === "signal");
  const pictures = Object.entries(about.views).filter(([name, view]) => view.form === "rows" && view.shape.length === 2 && record.views.includes(name));
  const seconds = record.frames / record.sample_rate;
  const sliced = Object.keys(record.slice_counts).filter((name) => record.slice_counts[name] > 1);
  const view = sliced.includes(fields.view) ? fields.view : sliced.find((name) => name !== "acoustic") ?? sliced[0];
  const list = view ? (await get([...base, "slices"], { view, limit: 1000 }, signal)).slices.map((slice) => ({ ...slice, view })) : [];

  add(place,
    element("h1", {}, record.id),
    element("p", {}, element("a", { href: link({ page: "tracks", cache, label: record.labels[0] }) }, record.labels.join(", ") || "without a label"),
      record.artist && ` · ${record.artist}`, record.title && ` · ${record.title}`,
      ` · ${minutes(seconds)} · `, element("span", { class: "faint" }, record.path)),
    (record.verdicts.length || record.faults.length) > 0 &&
      element("p", {}, [...record.verdicts, ...record.faults].map((verdict) => element("span", { class: "verdict" }, verdict))),
    element("p", { class: "faint" }, Object.entries(record.sides).map(([name, side]) => `${name}: ${side ?? (policies.get(name) === "slices" ? "divided by slices" : "on no side")}`).join(" · ")));

  const keys = {};
  if (sound) await listen(place, { base, cache, about, record, pictures, seconds, list, view, sliced, fields, keys }, signal);
  else add(place, element("p", {}, "This cache keeps no sound: prepare the view waveform to hear its tracks."));

  add(place, element("h2", {}, "Correct it"), correct(cache, record, about.labels, keys));
  await Promise.all([features(place, base, about, record, cache, signal), neighbours(place, base, cache, record, signal)]);
  listenForKeys(keys, signal, cache, fields, record);
}

async function listen(place, { base, cache, about, record, pictures, seconds, list, view, sliced, fields, keys }, signal) {
  const player = new Player(cache, record.id, record.sample_rate);
  await player.open(signal);
  const [peaks, picture, covered] = await Promise.all([
    get([...base, "peaks"], { samples: samplesPerPeak(record) }, signal),
    pictures.length ? source([...base, "spectrogram"], { view: pictures[0][0], width: 1000, height: 256 }, signal) : null,
    pictures.length ? coveredSeconds(base, pictures[0][0], signal) : 0,
  ]);
  let chosen = Math.min(list.length - 1, Math.max(0, parseInt(fields.slice ?? "0", 10) || 0));
  const seek = (time) => { player.time = time; draw(); };
  const stages = [stage(seconds, seek, waveform(peaks), "Waveform")];
  const plots = [element("div", { class: "plot" }, element("div", { class: "axis" }), stages[0].element)];
  if (picture) {
    stages.push(stage(seconds, seek, element("img", { src: picture, alt: "", height: 256, draggable: "false", style: { width: `${100 * Math.min(1, covered / seconds)}%` } }), `${pictures[0][0]} picture`));
    plots.push(element("div", { class: "plot" }, axis(pictures[0][1].axes[0]), stages[1].element, timeTicks(seconds)));
  }
  const play = element("button", { class: "primary", onclick: () => player.toggle() }, "Play");
  const clock = element("output", { "aria-label": "Time" }, minutes(0));
  const speed = element("select", { onchange: (event) => player.setSpeed(Number(event.target.value)) },
    speeds.map((value) => element("option", { value, selected: value === 1 }, `${value} ×`)));
  const number = element("output", {});
  const loop = element("button", { "aria-pressed": "false", onclick: () => loopSlice() }, "Loop this slice");
  const choose = (index) => {
    if (!list.length) return;
    chosen = (index + list.length) % list.length;
    number.textContent = `slice ${chosen + 1} of ${list.length}: ${minutes(list[chosen].start_seconds)} to ${minutes(list[chosen].start_seconds + list[chosen].seconds)}`;
    for (const one of stages) one.slice(list[chosen]);
    history.replaceState(null, "", link({ ...fields, slice: chosen || "" }));
    if (player.loop) player.playLoop(list[chosen]);
  };
  async function loopSlice() {
    if (player.loop) { player.endLoop(); draw(); return; }
    await player.playLoop(list[chosen]);
    announce(`Slice ${chosen + 1}: ${player.loop.samples} samples, as a model saw them`);
  }
  add(place, ...plots,
    pictures.length > 0 && element("p", { class: "scale" }, `${pictures[0][0]}, ${pictures[0][1].unit || "values"}: low `, element("i", {}), " high", covered < seconds - 0.5 && ` · its slices end at ${minutes(covered)}`),
    element("div", { class: "row" }, play, clock, element("label", {}, "Speed", speed)),
    list.length > 0 && element("div", { class: "row" },
      element("label", {}, "Slices of", element("select", { id: "slices-of", onchange: (event) => go({ ...fields, view: event.target.value, slice: "" }, true) },
        sliced.map((name) => element("option", { value: name, selected: name === view }, name)))),
      element("button", { onclick: () => choose(chosen - 1), "aria-label": "The slice before" }, "◀"), number,
      element("button", { onclick: () => choose(chosen + 1), "aria-label": "The next slice" }, "▶"), loop),
    element("p", { class: "faint" }, element("kbd", {}, "space"), " plays, ", element("kbd", {}, "←"), " ", element("kbd", {}, "→"), " move by a second, ",
      element("kbd", {}, ","), " ", element("kbd", {}, "."), " by a slice, ", element("kbd", {}, "l"), " loops it, ", element("kbd", {}, "n"), " ",
      element("kbd", {}, "p"), " next and previous track, ", element("kbd", {}, "f"), " flags"));
  const draw = () => {
    const { time } = player;
    for (const one of stages) one.cursor(time);
    clock.textContent = minutes(time);
    play.textContent = player.isPlaying ? "Pause" : "Play";
    loop.setAttribute("aria-pressed", String(player.loop !== null));
  };
  const step = () => {
    if (signal.aborted) return;
    draw();
    if (player.isPlaying) requestAnimationFrame(step);
  };
  player.onchange = step;
  choose(chosen);
  draw();
  Object.assign(keys, {
    " ": () => player.toggle(), ArrowLeft: () => seek(player.time - 1), ArrowRight: () => seek(Math.min(seconds, player.time + 1)),
    ",": () => choose(chosen - 1), ".": () => choose(chosen + 1), l: () => list.length && loopSlice(),
  });
  place.player = player;
}

// How far the slices of a view reach: a recipe may take the first ones only.
async function coveredSeconds(base, view, signal) {
  const { total, slices } = await get([...base, "slices"], { view, limit: 2 }, signal);
  return total === 0 ? 0 : (slices[1]?.start_seconds ?? 0) * (total - 1) + slices[0].seconds;
}

async function features(place, base, about, record, cache, signal) {
  const view = ["features-30s", "features"].find((name) => about.views[name] && record.views.includes(name))
    ?? Object.keys(about.views).find((name) => about.views[name].columns && record.views.includes(name));
  if (!view || !record.labels.length) return;
  const [values, distribution] = await Promise.all([
    get([...base, "values"], { view, statistic: "mean" }, signal), get(["caches", cache, "features"], { view, label: record.labels[0] }, signal),
  ]);
  const { columns } = distribution;
  const mean = values.values;
  const label = distribution.labels[record.labels[0]];
  if (!label) return;
  const far = columns.map((name, index) => {
    const figures = label.columns[index];
    return { name, value: mean[index], figures, distance: figures.deviation > 0 ? (mean[index] - figures.mean) / figures.deviation : 0 };
  }).sort((one, other) => Math.abs(other.distance) - Math.abs(one.distance));
  add(place, element("h2", {}, `Features beside ${record.labels[0]}`),
    element("details", {}, element("summary", {}, `Farthest from its label: ${far.slice(0, 3).map((one) => `${one.name} (${one.distance.toFixed(1)} deviations)`).join(", ")}`),
      table(`Mean over the track beside minimum, quartiles and maximum of ${record.labels[0]}`, [
        { name: "Feature", cell: (row) => row.name }, { name: "Value", number: true, cell: (row) => row.value.toPrecision(4) },
        { name: "Deviations", number: true, cell: (row) => row.distance.toFixed(2) }, { name: "Among its label", cell: spread },
      ], far)));
}

function spread({ value, figures }) {
  const width = figures.maximum - figures.minimum || 1;
  const at = (number) => 100 * Math.max(0, Math.min(1, (number - figures.minimum) / width));
  return element("div", { class: "spread", role: "img", "aria-label": `quartiles ${figures.lower_quartile.toPrecision(3)} to ${figures.upper_quartile.toPrecision(3)}` },
    element("i", { style: { left: `${at(figures.lower_quartile)}%`, width: `${at(figures.upper_quartile) - at(figures.lower_quartile)}%` } }),
    element("b", { style: { left: `${at(value)}%` } }));
}

async function neighbours(place, base, cache, record, signal) {
  const found = await get([...base, "neighbours"], { limit: 100 }, signal);
  add(place, element("h2", {}, "Tracks that sound the same"));
  if (!found.known) add(place, element("p", {}, "Nobody has looked for copies yet: lathe duplicates does."));
  else if (!found.neighbours.length) add(place, element("p", {}, "None was found."));
  else add(place, table(`${count(found.total)} suspected copies${found.total > found.neighbours.length ? `, the first ${found.neighbours.length}` : ""}`, [
    { name: "Track", cell: (other) => element("a", { href: link({ cache, track: other.track }) }, other.track) },
    { name: "Alike", number: true, cell: (other) => percent(other.similarity) },
    { name: "Begins at", number: true, cell: (other) => `${other.offset.toFixed(2)} s` },
    { name: "Overlap", number: true, cell: (other) => `${other.overlap.toFixed(1)} s` },
    { name: "", cell: (other) => element("a", { href: link({ page: "copies", cache, track: record.id, other: other.track }) }, "listen side by side") },
  ], found.neighbours));
}

function listenForKeys(keys, signal, cache, fields, record) {
  const step = async (by) => {
    // The next one of those among which it was found.
    const { label, side, split, verdict, text } = fields;
    const list = await get(["caches", cache, "tracks"], {
      [by > 0 ? "after" : "before"]: record.id, limit: 1, label, side, split: side ? split : "", verdict, text,
    }, signal);
    if (list.tracks.length) go({ ...fields, track: list.tracks[0].id, slice: "" });
    else announce(by > 0 ? "This is the last track." : "This is the first track.");
  };
  keys.n = () => step(1);
  keys.p = () => step(-1);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isForElement(event)) return;
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }, { signal });
}
