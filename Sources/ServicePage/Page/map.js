// All tracks as points: near where their features are alike.

import { go, link } from "./address.js";
import { add, announce, count, element } from "./elements.js";
import { get, Problem, send, source } from "./service.js";

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
  const choices = element("div", { class: "row" },
    element("label", {}, "View", element("select", { onchange: (event) => go({ ...fields, view: event.target.value }, true) },
      views.map((name) => element("option", { value: name, selected: name === view }, name)))),
    element("label", {}, "By", element("select", { id: "method", onchange: (event) => go({ ...fields, method: event.target.value }, true) },
      Object.entries(methods).map(([key, name]) => element("option", { value: key, selected: key === method }, name)))));
  add(place, choices);
  let found;
  try {
    found = await get(["caches", cache, "map"], { view, method }, signal);
  } catch (problem) {
    if (method !== "tsne" || !(problem instanceof Problem) || problem.status !== 404) throw problem;
    add(place, offer(cache, view, problem, fields, signal));
    return;
  }
  const hue = (label) => `hsl(${(about.labels.indexOf(label) * 137.5) % 360} 65% 50%)`;
  const canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": `${found.points.length} tracks by ${methods[method]} of ${view}` });
  const caption = element("p", { "aria-live": "polite" }, "Point at a track to hear it; a click opens it.");
  const mute = element("input", { type: "checkbox", id: "plays" });
  const audio = new Audio();
  signal.addEventListener("abort", () => audio.pause());
  let over = null;
  const height = 460;
  const xs = found.points.map((point) => point.x), ys = found.points.map((point) => point.y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const at = (point) => [
    12 + (canvas.clientWidth - 24) * (point.x - left) / (right - left || 1),
    12 + (height - 24) * (1 - (point.y - low) / (high - low || 1)),
  ];
  const draw = () => {
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    for (const point of found.points) {
      const [x, y] = at(point);
      pen.fillStyle = hue(point.label);
      pen.globalAlpha = !fields.label || fields.label === point.label ? 0.85 : 0.12;
      pen.beginPath();
      pen.arc(x, y, point === over ? 8 : found.points.length > 5000 ? 2 : 4.5, 0, 7);
      pen.fill();
    }
  };
  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    let best = null, least = 18 ** 2;
    for (const point of found.points) {
      const [x, y] = at(point);
      const distance = (x - event.clientX + box.left) ** 2 + (y - event.clientY + box.top) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  };
  canvas.addEventListener("pointermove", async (event) => {
    const point = nearest(event);
    if (point === over) return;
    over = point;
    draw();
    if (!point) { audio.pause(); return; }
    caption.textContent = `${point.track}: ${point.label}`;
    if (!mute.checked) return;
    audio.src = await source(["caches", cache, "tracks", point.track, "audio"], { format: "wav" }, signal);
    audio.play().catch(() => announce("Click once on the page, so that the browser lets it play."));
  });
  canvas.addEventListener("pointerleave", () => { over = null; audio.pause(); draw(); });
  canvas.addEventListener("click", (event) => { const point = nearest(event); if (point) go({ cache, track: point.track }); });
  canvas.style.cssText = `width:100%;height:${height}px;display:block;cursor:pointer`;
  choices.append(element("label", {}, mute, "play what is pointed at"));
  add(place,
    element("div", { class: "stage" }, canvas), caption,
    element("p", {}, about.labels.map((label) => [
      element("span", { "aria-hidden": "true", style: { color: hue(label) } }, "● "),
      element("a", { href: link({ ...fields, page: "map", label: fields.label === label ? "" : label }) }, label), "  "])),
    element("p", { class: "faint" }, remark(found)));
  new ResizeObserver(draw).observe(canvas);
}

const methods = { pca: "principal components", tsne: "neighbours (t-SNE)" };

function remark(found) {
  const columns = `${count(found.columns)} standardised columns, means over each track`;
  if (found.method === "pca") return `The first two principal components of ${columns}: ${(100 * found.explained[0]).toFixed(0)} and ${(100 * found.explained[1]).toFixed(0)} % of the variance.`;
  const sample = found.points.length < found.tracks ? ` A sample of ${count(found.points.length)} of ${count(found.tracks)} tracks, spread evenly.` : "";
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
