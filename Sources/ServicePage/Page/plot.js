// A waveform and pictures of a track over one axis of time, with a cursor that goes through all.

import { element, minutes } from "./elements.js";

// A stage on which one clicks to go to a time.
export function stage(seconds, seek, drawn, name) {
  const cursor = element("div", { class: "cursor" });
  const mark = element("div", { class: "slice", hidden: true });
  const made = element("div", { class: "stage", "aria-label": name, role: "img" }, drawn, mark, cursor);
  const timeAt = (event) => {
    const box = made.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * seconds;
  };
  made.addEventListener("pointerdown", (event) => { made.setPointerCapture(event.pointerId); seek(timeAt(event)); });
  made.addEventListener("pointermove", (event) => { if (event.buttons & 1) seek(timeAt(event)); });
  return {
    element: made,
    cursor: (time) => { cursor.style.left = `${100 * time / seconds}%`; },
    slice: (slice) => {
      mark.hidden = !slice;
      if (!slice) return;
      mark.style.left = `${100 * slice.start_seconds / seconds}%`;
      mark.style.width = `${100 * slice.seconds / seconds}%`;
    },
  };
}

// How many samples a peak has of which there are as many as a screen is wide, for whole tracks.
export function samplesPerPeak(record) {
  return [256, 1024, 4096, 16384].find((samples) => record.frames / samples <= 3000) ?? 65536;
}

// The waveform of peaks, redrawn where the width changes.
export function waveform(peaks, height = 110) {
  const canvas = element("canvas", { height });
  const draw = () => {
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth || 600;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = getComputedStyle(canvas).getPropertyValue("--wave");
    for (let x = 0; x < width; x += 1) {
      const from = Math.floor(x * peaks.low.length / width);
      const to = Math.max(from + 1, Math.floor((x + 1) * peaks.low.length / width));
      let low = 1, high = -1;
      for (let index = from; index < to && index < peaks.low.length; index += 1) {
        low = Math.min(low, peaks.low[index]);
        high = Math.max(high, peaks.high[index]);
      }
      pen.fillRect(x, height / 2 * (1 - high), 1, Math.max(1, height / 2 * (high - low)));
    }
  };
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return canvas;
}

// The labels of an axis that goes up, at round numbers.
export function axis(axis) {
  const positions = axis.positions ?? null;
  const made = element("div", { class: "axis", "aria-hidden": "true" });
  if (!positions) {
    made.append(element("span", { style: { bottom: "50%" } }, axis.name));
    return made;
  }
  const wanted = [100, 250, 500, 1000, 2000, 4000, 8000, 16000];
  for (const value of wanted) {
    const index = positions.findIndex((position) => position >= value);
    if (index <= 0) continue;
    const part = (value - positions[index - 1]) / (positions[index] - positions[index - 1]);
    const text = value >= 1000 ? `${value / 1000} k${axis.unit}` : `${value} ${axis.unit}`;
    made.append(element("span", { style: { bottom: `${100 * (index - 0.5 + part) / positions.length}%` } }, text));
  }
  return made;
}

export function timeTicks(seconds) {
  const step = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300].find((one) => seconds / one <= 8) ?? 600;
  const made = element("div", { class: "ticks", "aria-hidden": "true" });
  for (let time = 0; time < seconds - step / 4; time += step) {
    made.append(element("span", { style: { left: `${100 * time / seconds}%` } }, time === 0 ? "0 s" : step < 1 ? time.toFixed(2) : seconds < 90 ? String(time) : minutes(time)));
  }
  return made;
}
