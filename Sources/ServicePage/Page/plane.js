// Points on a plane that is moved and looked at more closely: by wheel, drag, two fingers, or keys.

import { element } from "./elements.js";

const height = 460;
const edge = 12;
// The narrowest part, as a share of the whole.
const closest = 1 / 4096;

export class Plane {
  // extent: {left, right, low, high} of all points; text: a box as it stood in an address;
  // colour(label) of a point.
  constructor(extent, text, colour) {
    // What has no width is drawn in the middle.
    const [wide, tall] = [extent.right - extent.left || 1, extent.high - extent.low || 1];
    this.extent = { left: extent.left, right: extent.left + wide, low: extent.low, high: extent.low + tall };
    this.colour = colour;
    this.points = [];
    this.others = [];
    this.pointed = null;
    this.onmove = this.onpoint = this.onopen = () => {};
    const sides = (text ?? "").split(",").map(Number);
    const [left, low, right, high] = sides;
    // The part that is shown; null for all.
    this.box = sides.length === 4 && sides.every(Number.isFinite) && left < right && low < high ? this.within({ left, right, low, high }) : null;
  }

  // The box for an address.
  get text() {
    const { box } = this;
    return box ? [box.left, box.low, box.right, box.high].map((side) => Number(side.toPrecision(7))).join(",") : "";
  }

  // A canvas that is called `name`.
  draws(name) {
    const canvas = this.canvas = element("canvas", { tabindex: "0", role: "application", "aria-label": name, "aria-describedby": "shown pointed" });
    canvas.style.cssText = `width:100%;height:${height}px;display:block;cursor:crosshair`;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("wheel", (event) => {
      // Who is out already scrolls the page.
      if (event.deltaY > 0 && !this.box) return;
      event.preventDefault();
      this.zoom(2 ** (Math.sign(event.deltaY) * 0.4), this.spot(event));
    }, { passive: false });
    this.followPointers();
    return canvas;
  }

  // Shows points; others are drawn faintly behind them.
  show(points, others) {
    [this.points, this.others] = [points, others];
    if (this.pointed) this.pointed = points.find((point) => point.track === this.pointed.track) ?? null;
    this.draw();
  }

  whole() { this.move(null); }

  // Makes what is shown so many times as wide, around a spot or the middle.
  zoom(times, spot) {
    const { left, right, low, high } = this.box ?? this.extent;
    const at = spot ?? { x: (left + right) / 2, y: (low + high) / 2 };
    const factor = Math.max(times, closest * (this.extent.right - this.extent.left) / (right - left));
    this.move({
      left: at.x + (left - at.x) * factor, right: at.x + (right - at.x) * factor,
      low: at.y + (low - at.y) * factor, high: at.y + (high - at.y) * factor,
    });
  }

  // Moves by shares of what is shown.
  pan(x, y) {
    const { left, right, low, high } = this.box ?? this.extent;
    const [wide, tall] = [(right - left) * x, (high - low) * y];
    this.move({ left: left + wide, right: right + wide, low: low + tall, high: high + tall });
  }

  move(box) {
    const next = box && this.within(box);
    const isSame = JSON.stringify(next) === JSON.stringify(this.box);
    this.box = next;
    this.draw();
    if (!isSame) this.onmove();
  }

  // A box moved into the whole; null where it would be all.
  within(box) {
    const fit = (low, high, first, last) => {
      const size = high - low;
      if (size >= (last - first) * 0.999) return [first, last];
      const start = Math.max(first, Math.min(last - size, low));
      return [start, start + size];
    };
    const [left, right] = fit(box.left, box.right, this.extent.left, this.extent.right);
    const [low, high] = fit(box.low, box.high, this.extent.low, this.extent.high);
    const isAll = right - left >= this.extent.right - this.extent.left && high - low >= this.extent.high - this.extent.low;
    return isAll ? null : { left, right, low, high };
  }

  // Where a point is drawn.
  at(point) {
    const { left, right, low, high } = this.box ?? this.extent;
    return [
      edge + (this.canvas.clientWidth - 2 * edge) * (point.x - left) / (right - left),
      edge + (height - 2 * edge) * (1 - (point.y - low) / (high - low)),
    ];
  }

  // Which spot of the plane an event is at.
  spot(event) {
    const frame = this.canvas.getBoundingClientRect();
    const { left, right, low, high } = this.box ?? this.extent;
    return {
      x: left + (right - left) * (event.clientX - frame.left - edge) / (frame.width - 2 * edge),
      y: high - (high - low) * (event.clientY - frame.top - edge) / (height - 2 * edge),
    };
  }

  draw() {
    const { canvas } = this;
    if (!canvas?.clientWidth) return;
    // A finger on the whole scrolls the page, on a part of it moves the part.
    canvas.style.touchAction = this.box ? "none" : "pan-y";
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const size = this.points.length > 5000 ? 2 : this.points.length > 1000 ? 3 : 4.5;
    pen.strokeStyle = getComputedStyle(canvas).color;
    const dot = (point, radius, ring) => {
      const [x, y] = this.at(point);
      if (x < -radius || x > canvas.clientWidth + radius || y < -radius || y > height + radius) return;
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.fillStyle = this.colour(point.label);
      pen.fill();
      if (!ring) return;
      pen.beginPath();
      pen.arc(x, y, ring, 0, 7);
      pen.stroke();
    };
    pen.globalAlpha = 0.12;
    for (const point of this.others) dot(point, size);
    pen.globalAlpha = 0.85;
    // The first ones matter most: they are drawn last.
    for (const point of this.points.toReversed()) dot(point, size, point.isDoubtful && size + 3);
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    if (this.pointed) dot(this.pointed, 8, 8);
  }

  nearest(event) {
    const frame = this.canvas.getBoundingClientRect();
    let best = null, least = 18 ** 2;
    for (const point of this.points) {
      const [x, y] = this.at(point);
      const distance = (x - event.clientX + frame.left) ** 2 + (y - event.clientY + frame.top) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  // What is shown, the nearest to the middle first.
  fromTheMiddle() {
    const { left, right, low, high } = this.box ?? this.extent;
    const far = (point) => ((2 * point.x - left - right) / (right - left)) ** 2 + ((2 * point.y - low - high) / (high - low)) ** 2;
    return this.points.map((point) => [far(point), point]).sort((one, other) => one[0] - other[0]).map(([, point]) => point);
  }

  pointAt(point) {
    if (point === this.pointed) return;
    this.pointed = point;
    this.draw();
    this.onpoint(point);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (by) => {
      const order = this.fromTheMiddle();
      const index = order.indexOf(this.pointed);
      if (order.length) this.pointAt(order[index < 0 ? 0 : (index + by + order.length) % order.length]);
    };
    const spot = this.pointed ?? undefined;
    const does = {
      "+": () => this.zoom(0.5, spot), "=": () => this.zoom(0.5, spot), "-": () => this.zoom(2, spot), 0: () => this.whole(),
      ArrowLeft: () => this.pan(-0.25, 0), ArrowRight: () => this.pan(0.25, 0), ArrowUp: () => this.pan(0, 0.25), ArrowDown: () => this.pan(0, -0.25),
      n: () => step(1), p: () => step(-1), Enter: () => this.pointed && this.onopen(this.pointed), Escape: () => this.pointAt(null),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  followPointers() {
    const { canvas } = this;
    const down = new Map();
    let moved = 0;
    const apart = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      if (!down.size) moved = 0;
      down.set(event.pointerId, event);
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = down.get(event.pointerId);
      if (!before) { this.pointAt(this.nearest(event)); return; }
      moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
      const earlier = [...down.values()];
      down.set(event.pointerId, event);
      if (down.size === 2) {
        const now = [...down.values()];
        const middle = { clientX: (now[0].clientX + now[1].clientX) / 2, clientY: (now[0].clientY + now[1].clientY) / 2 };
        this.zoom(Math.max(0.2, apart(earlier) / Math.max(1, apart(now))), this.spot(middle));
      } else if (moved > 4 && this.box) {
        this.pan((before.clientX - event.clientX) / (canvas.clientWidth - 2 * edge), (event.clientY - before.clientY) / (height - 2 * edge));
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!down.delete(event.pointerId) || moved > 4 || down.size) return;
      const point = this.nearest(event);
      // Where nothing can be pointed at without touching it, the first touch points.
      if (point && event.pointerType === "touch" && point !== this.pointed) this.pointAt(point);
      else if (point) this.onopen(point);
    });
    canvas.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
    canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !down.size) this.pointAt(null); });
  }
}
