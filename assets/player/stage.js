// The stage: one WebGL renderer for all views of a player, drawn only when something moves and somebody looks.

import { NoToneMapping, PCFShadowMap, WebGLRenderer } from "./vendor/three-0.187.min.js";

// What a slow machine gives up, step by step: a share of the screen's own resolution, and cast shadows.
const LEVELS = [
  { scale: 1, shadows: true },
  { scale: 0.8, shadows: true },
  { scale: 0.8, shadows: false },
  { scale: 0.6, shadows: false },
  { scale: 0.45, shadows: false },
];
const SLOW_MS = 36; // a screen of 30 Hz is not a slow machine
// A picture that stands still is drawn once more, as fine as it gets: time is no object then.
const FINE_AFTER_MS = 220;
const FINE_PIXELS = 2; // per CSS pixel, at least: evens out edges where the browser does not
const QUICK_MS = 18;
const WINDOW = 16; // frames a decision rests on
const PATIENCE = 6; // quick windows before a finer level is tried; doubled each time, so that it settles

/** Lag of the picture behind the sound, and how often it is drawn: what `stats()` reports. */
class Meter {
  constructor(size = 600) {
    this.size = size;
    this.reset();
  }

  reset() {
    this.lags = [];
    this.intervals = [];
    this.frames = 0;
  }

  add(lag, interval) {
    this.frames += 1;
    if (lag !== null) push(this.lags, lag, this.size);
    if (interval !== null) push(this.intervals, interval, this.size);
  }

  report() {
    const lags = this.lags.map((lag) => Math.abs(lag) * 1000).sort((a, b) => a - b);
    const interval = median([...this.intervals].sort((a, b) => a - b));
    return {
      frames: this.frames,
      samples: lags.length,
      lag_ms: { median: median(lags), p95: lags[Math.floor(0.95 * (lags.length - 1))] ?? null },
      frames_per_second: interval ? 1000 / interval : null,
    };
  }
}

export class Stage {
  /**
   * @param area the element that holds the views' cells and the canvas
   * @param hooks {now: (ms) => seconds, heard: () => seconds or null, moving: () => bool, drawn: (seconds) => void}
   */
  constructor(area, orbit, hooks) {
    Object.assign(this, { area, orbit, hooks });
    this.views = [];
    this.theme = null;
    this.level = 0;
    this.meter = new Meter();
    this.seen = false;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "dfp-canvas";
    this.canvas.setAttribute("aria-hidden", "true");
    area.append(this.canvas);
    this.resizing = new ResizeObserver(() => this.invalidate());
    this.resizing.observe(area);
    this.looking = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.invalidate();
    });
    this.looking.observe(area);
  }

  #request = 0;
  #fine = 0;
  #before = 0;
  #recent = [];
  #quick = 0;
  #patience = PATIENCE;

  /** False where the browser has no WebGL. */
  start() {
    if (this.renderer) return true;
    // Where only the processor draws, smooth edges cost more than they give.
    this.jagged = drawnByProcessor();
    const options = { alpha: true, antialias: !this.jagged, powerPreference: "high-performance" };
    const context = this.canvas.getContext("webgl2", options);
    if (!context) return false;
    this.renderer = new WebGLRenderer({ canvas: this.canvas, context, alpha: true });
    this.renderer.setClearColor(0x000000, 0);
    this.renderer.toneMapping = NoToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.setScissorTest(true);
    this.canvas.addEventListener("webglcontextrestored", () => this.invalidate());
    return true;
  }

  setViews(views) {
    for (const { view } of this.views) view.dispose();
    this.views = views;
    this.repaint();
  }

  repaint(theme = this.theme) {
    this.theme = theme;
    if (theme) for (const { view } of this.views) view.paint(theme);
    this.invalidate();
  }

  /** Something changed: draw the next frame, if anybody can see it. */
  invalidate() {
    if (!this.#request && this.seen && this.renderer) this.#request = requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now) {
    this.#request = 0;
    if (!this.renderer) return;
    const time = this.hooks.now(performance.now());
    const easing = this.orbit.tick(performance.now());
    this.draw(time);
    const moving = this.hooks.moving();
    clearTimeout(this.#fine);
    this.#fine = this.coarse && !moving && !easing ? setTimeout(() => this.#refine(), FINE_AFTER_MS) : 0;
    const heard = moving ? this.hooks.heard() : null;
    const interval = this.#before && moving ? now - this.#before : null;
    this.meter.add(heard === null ? null : time - heard, interval);
    if (interval !== null) this.#adapt(interval);
    this.#before = moving ? now : 0;
    this.hooks.drawn(time);
    if (moving || easing) this.invalidate();
  }

  #refine() {
    this.#fine = 0;
    this.draw(this.hooks.now(), true);
  }

  /** Nothing is about to be drawn. */
  get idle() {
    return !this.#request && !this.#fine;
  }

  /** Whether moving pictures are drawn with less than this machine's best. */
  get coarse() {
    return this.level > 0 || this.jagged;
  }

  /** Draw the moment, seconds, in every view. */
  draw(time, fine = false) {
    const { clientWidth: width, clientHeight: height } = this.area;
    if (!width || !height || !this.renderer) return;
    const screen = Math.min(window.devicePixelRatio || 1, 2);
    const ratio = fine ? Math.max(screen, FINE_PIXELS) : screen * LEVELS[this.level].scale;
    const shadows = fine || LEVELS[this.level].shadows;
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
    if (this.canvas.width !== Math.floor(width * ratio) || this.canvas.height !== Math.floor(height * ratio)) {
      this.renderer.setSize(width, height, false);
    }
    this.renderer.setScissor(0, 0, width, height);
    this.renderer.setViewport(0, 0, width, height);
    this.renderer.clear();
    for (const { view, cell } of this.views) {
      const { offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high } = cell;
      if (!wide || !high) continue;
      this.renderer.setViewport(left, height - top - high, wide, high);
      this.renderer.setScissor(left, height - top - high, wide, high);
      view.setShadows(shadows);
      view.pose(time);
      view.frame(this.orbit, wide / high);
      this.renderer.render(view.scene, view.camera);
    }
  }

  // A slow machine gets fewer pixels rather than a late picture.
  #adapt(interval) {
    this.#recent.push(interval);
    if (this.#recent.length < WINDOW) return;
    const typical = median(this.#recent.sort((a, b) => a - b));
    this.#recent = [];
    this.#quick = typical < QUICK_MS ? this.#quick + 1 : 0;
    if (typical > SLOW_MS && this.level < LEVELS.length - 1) this.#setLevel(this.level + 1);
    else if (this.#quick >= this.#patience && this.level > 0) {
      this.#patience *= 2;
      this.#setLevel(this.level - 1);
    }
  }

  #setLevel(level) {
    this.level = level;
    this.#quick = 0;
  }

  stats() {
    return { ...this.meter.report(), resolution: LEVELS[this.level].scale, views: this.views.length };
  }

  dispose() {
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#fine);
    this.resizing.disconnect();
    this.looking.disconnect();
    this.setViews([]);
    this.renderer?.dispose();
    this.renderer?.forceContextLoss();
    this.renderer = null;
    this.canvas.remove();
  }
}

let slowPage = null;

function drawnByProcessor() {
  if (slowPage === null) {
    const probe = document.createElement("canvas").getContext("webgl2");
    const names = probe?.getExtension("WEBGL_debug_renderer_info");
    const name = probe?.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : probe.RENDERER) ?? "";
    probe?.getExtension("WEBGL_lose_context")?.loseContext();
    slowPage = /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  }
  return slowPage;
}

function push(list, item, limit) {
  list.push(item);
  if (list.length > limit) list.shift();
}

function median(sorted) {
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : null;
}
