// Plays a track, or exactly one slice of it round and round.
//
// The track is an audio element, which asks for parts of the file as it goes. A slice is decoded at
// the cache's own rate and looped by Web Audio between its first and its last sample: no sample more
// and none less than a model saw.

import { bytes, source } from "./service.js";

export class Player {
  constructor(cache, track, sampleRate) {
    this.parts = ["caches", cache, "tracks", track, "audio"];
    this.sampleRate = sampleRate;
    this.audio = new Audio();
    this.audio.preload = "metadata";
    this.audio.preservesPitch = true;
    this.speed = 1;
    this.loop = null;
    this.onchange = () => {};
    for (const name of ["play", "pause", "ended", "seeked"]) this.audio.addEventListener(name, () => this.onchange());
  }

  async open(signal) {
    this.audio.src = await source(this.parts, { format: "wav" }, signal);
    signal.addEventListener("abort", () => this.close());
  }

  get isPlaying() { return this.loop !== null || !this.audio.paused; }

  // Seconds into the track.
  get time() {
    if (!this.loop) return this.audio.currentTime;
    const { context, began, start, seconds } = this.loop;
    return start + (((context.currentTime - began) * this.speed) % seconds);
  }

  set time(seconds) {
    this.endLoop();
    this.audio.currentTime = Math.max(0, seconds);
  }

  setSpeed(speed) {
    // A loop goes on from where it is.
    if (this.loop) {
      const { context, start } = this.loop;
      this.loop.began = context.currentTime - (this.time - start) / speed;
      this.loop.node.playbackRate.value = speed;
    }
    this.speed = speed;
    this.audio.playbackRate = speed;
  }

  async toggle() {
    if (this.loop) { this.audio.currentTime = this.time; this.endLoop(); this.onchange(); return; }
    if (this.audio.paused) await this.audio.play(); else this.audio.pause();
  }

  // slice: {view, slice, start_seconds, seconds}
  async playLoop(slice) {
    this.audio.pause();
    this.endLoop();
    const context = new AudioContext({ sampleRate: this.sampleRate });
    const sound = await context.decodeAudioData(await bytes(this.parts, { view: slice.view, slice: slice.slice, format: "wav" }));
    const node = new AudioBufferSourceNode(context, { buffer: sound, loop: true, playbackRate: this.speed });
    node.connect(context.destination);
    node.start();
    this.loop = { context, node, began: context.currentTime, start: slice.start_seconds, seconds: sound.duration, samples: sound.length };
    this.onchange();
  }

  endLoop() {
    this.loop?.node.stop();
    this.loop?.context.close();
    this.loop = null;
  }

  close() {
    this.endLoop();
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }
}
