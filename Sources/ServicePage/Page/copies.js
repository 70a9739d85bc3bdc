// Two suspected copies, one above the other, moved so that they lie over each other where they were
// found to be alike, and switched between while they play.

import { link } from "./address.js";
import { add, announce, element, isForElement, minutes, percent } from "./elements.js";
import { samplesPerPeak, stage, waveform } from "./plot.js";
import { get, source } from "./service.js";

export async function copies(place, fields, signal) {
  const { cache } = fields;
  const ids = [fields.track, fields.other];
  const bases = ids.map((id) => ["caches", cache, "tracks", id]);
  const [records, found, peaks, sounds] = await Promise.all([
    Promise.all(bases.map((base) => get(base, {}, signal))),
    get([...bases[0], "neighbours"], { other: ids[1] }, signal),
    Promise.all(bases.map(async (base) => get([...base, "peaks"], { samples: samplesPerPeak(await get(base, {}, signal)) }, signal))),
    Promise.all(bases.map((base) => source([...base, "audio"], { format: "wav" }, signal))),
  ]);
  const alike = found.neighbours.find((one) => one.track === ids[1]);
  const pair = alike ?? { offset: 0 };
  const lengths = records.map((record) => record.frames / record.sample_rate);
  // Where each begins on the common axis.
  const starts = pair.offset >= 0 ? [0, pair.offset] : [-pair.offset, 0];
  const total = Math.max(starts[0] + lengths[0], starts[1] + lengths[1]);
  const players = sounds.map((address) => Object.assign(new Audio(address), { preload: "auto" }));
  signal.addEventListener("abort", () => players.forEach((player) => player.pause()));
  let heard = 0;
  const now = () => starts[heard] + players[heard].currentTime;
  const seek = (time) => {
    players.forEach((player, index) => { player.currentTime = Math.max(0, Math.min(lengths[index], time - starts[index])); });
    draw();
  };
  const stages = records.map((record, index) => stage(total, seek, element("div", {
    style: { "margin-left": `${100 * starts[index] / total}%`, width: `${100 * lengths[index] / total}%` },
  }, waveform(peaks[index], 90)), `Waveform of ${record.id}`));
  const play = element("button", { class: "primary", onclick: () => toggle() }, "Play");
  const clock = element("output", {}, minutes(0));
  const switcher = element("button", { onclick: () => change() });
  function listenTo(index) {
    heard = index;
    players.forEach((player, number) => { player.muted = number !== heard; });
    switcher.textContent = `Hearing ${ids[heard]}: switch`;
    stages.forEach((one, number) => { one.element.style.outline = number === heard ? "2px solid var(--accent)" : ""; });
  }
  function change() { const time = now(); listenTo(1 - heard); seek(time); announce(`Hearing ${ids[heard]}`); }
  async function toggle() {
    if (players.some((player) => !player.paused)) players.forEach((player) => player.pause());
    else { seek(now()); await Promise.all(players.map((player) => player.play())); }
    step();
  }
  const draw = () => {
    for (const one of stages) one.cursor(now());
    clock.textContent = minutes(now());
    play.textContent = players[heard].paused ? "Play" : "Pause";
  };
  const step = () => { if (signal.aborted) return; draw(); if (!players[heard].paused) requestAnimationFrame(step); };
  players.forEach((player) => ["play", "pause", "ended"].forEach((name) => player.addEventListener(name, step)));
  add(place,
    element("h1", {}, "Are these copies?"),
    element("p", {}, alike
      ? `${percent(pair.similarity)} alike over ${pair.overlap.toFixed(1)} s; ${ids[1]} begins ${pair.offset.toFixed(2)} s into ${ids[0]}.`
      : "They were not found to be alike: both begin at the same time."),
    ...records.flatMap((record, index) => [
      element("h2", {}, element("a", { href: link({ cache, track: record.id }) }, record.id), ` · ${record.labels.join(", ")}`,
        record.artist ? ` · ${record.artist}` : "", ` · ${Object.values(record.sides)[0] ?? ""}`), stages[index].element]),
    element("div", { class: "row" }, play, clock, switcher, element("span", { class: "faint" }, element("kbd", {}, "space"), " plays, ", element("kbd", {}, "s"), " switches, ", element("kbd", {}, "←"), " ", element("kbd", {}, "→"), " move by a second")));
  listenTo(0);
  draw();
  addEventListener("keydown", (event) => {
    if (isForElement(event)) return;
    if (event.key === " ") { event.preventDefault(); toggle(); }
    if (event.key === "s") change();
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") seek(Math.max(0, Math.min(total, now() + (event.key === "ArrowLeft" ? -1 : 1))));
  }, { signal });
}
