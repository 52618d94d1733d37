// The timeline: waveform (or movement), beats and bars, the playhead to scrub, and a region to loop by dragging.

const SNAP_PX = 7; // a dragged edge this near to a beat takes the beat
const SHORTEST_S = 0.2;
const BAR_PX = 3;
const GAP_PX = 1;

export class Timeline {
  /** @param on {seek(seconds), scrubbing(bool), region([a, b] | null, final: bool), text(seconds) => spoken time} */
  constructor(on) {
    this.on = on;
    this.duration = 0;
    this.beats = [];
    this.downbeats = [];
    this.levels = new Uint8Array();
    this.region = null;
    this.time = 0;
    this.#build();
    this.resizing = new ResizeObserver(() => this.paint());
    this.resizing.observe(this.element);
  }

  #build() {
    this.element = make("div", "dfp-timeline");
    this.ruler = make("div", "dfp-ruler");
    this.hint = make("span", "dfp-hint", "drag here to loop a part");
    this.wave = make("div", "dfp-wave", "", {
      role: "slider",
      tabindex: "0",
      "aria-label": "Position",
      "aria-valuemin": "0",
      "aria-orientation": "horizontal",
    });
    this.rest = make("canvas", "dfp-levels");
    this.played = make("canvas", "dfp-levels dfp-played");
    this.marks = make("canvas", "dfp-marks");
    this.head = make("div", "dfp-head");
    this.band = make("div", "dfp-band");
    this.handles = ["start", "end"].map((edge) =>
      make("div", `dfp-handle dfp-${edge}`, "", {
        role: "slider",
        tabindex: "0",
        "aria-label": edge === "start" ? "Loop start" : "Loop end",
        "aria-valuemin": "0",
      }),
    );
    this.tip = make("div", "dfp-tip");
    for (const part of [this.rest, this.played, this.marks, this.tip]) part.setAttribute("aria-hidden", "true");
    this.ruler.append(this.hint);
    this.wave.append(this.rest, this.played);
    this.element.append(this.ruler, this.wave, this.marks, this.band, this.head, ...this.handles, this.tip);
    this.#scrub();
    this.#select();
    this.handles.forEach((handle, edge) => this.#resize(handle, edge));
    this.element.addEventListener("pointermove", (event) => this.#hover(event));
    this.element.addEventListener("pointerleave", () => (this.tip.style.opacity = "0"));
  }

  load({ duration, beats, downbeats, levels }) {
    Object.assign(this, { duration, beats, downbeats, levels });
    this.wave.setAttribute("aria-valuemax", duration.toFixed(2));
    for (const handle of this.handles) handle.setAttribute("aria-valuemax", duration.toFixed(2));
    this.setRegion(null);
    this.setTime(0);
    this.paint();
  }

  setTime(time) {
    this.time = time;
    const share = this.duration ? time / this.duration : 0;
    this.head.style.transform = `translateX(${share * this.width}px)`;
    this.played.style.clipPath = `inset(0 ${100 - 100 * share}% 0 0)`;
    // Said twice a second at most: a screen reader should not be flooded.
    const shown = Math.round(time * 2) / 2;
    if (shown !== this.said) {
      this.said = shown;
      this.wave.setAttribute("aria-valuenow", time.toFixed(2));
      this.wave.setAttribute("aria-valuetext", this.on.text(time));
    }
  }

  setRegion(region) {
    this.region = region;
    this.element.classList.toggle("dfp-looped", Boolean(region));
    const shares = (region ?? [0, 0]).map((edge) => (this.duration ? edge / this.duration : 0));
    this.band.style.left = `${100 * shares[0]}%`;
    this.band.style.width = `${100 * (shares[1] - shares[0])}%`;
    this.handles.forEach((handle, i) => {
      handle.style.left = `${100 * shares[i]}%`;
      handle.hidden = !region;
      if (!region) return;
      handle.setAttribute("aria-valuenow", region[i].toFixed(2));
      handle.setAttribute("aria-valuetext", this.on.text(region[i]));
    });
  }

  get width() {
    return this.element.clientWidth;
  }

  #timeAt(event, snap = false) {
    const box = this.element.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const time = share * this.duration;
    if (!snap || event.altKey) return time;
    const near = nearest(this.beats, time);
    return near !== null && (Math.abs(near - time) / this.duration) * box.width <= SNAP_PX ? near : time;
  }

  #scrub() {
    dragged(this.wave, {
      start: (event) => {
        this.on.scrubbing(true);
        this.on.seek(this.#timeAt(event));
      },
      move: (event) => this.on.seek(this.#timeAt(event)),
      end: () => this.on.scrubbing(false),
    });
  }

  #select() {
    let origin = 0;
    dragged(this.ruler, {
      start: (event) => (origin = this.#timeAt(event, true)),
      move: (event) => {
        const here = this.#timeAt(event, true);
        const region = [Math.min(origin, here), Math.max(origin, here)];
        if (region[1] - region[0] >= SHORTEST_S) this.on.region(region, false);
      },
      // A click without a drag lets go of the loop.
      end: (event, moved) => this.on.region(moved ? this.region : null, true),
    });
  }

  #resize(handle, edge) {
    dragged(handle, {
      start: () => {},
      move: (event) => this.on.region(this.#moved(edge, this.#timeAt(event, true)), false),
      end: () => this.on.region(this.region, true),
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowUp: 0.1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.on.region(this.#moved(edge, this.region[edge] + step), true);
    });
  }

  #moved(edge, time) {
    const [start, end] = this.region;
    return edge === 0
      ? [Math.max(Math.min(time, end - SHORTEST_S), 0), end]
      : [start, Math.min(Math.max(time, start + SHORTEST_S), this.duration)];
  }

  #hover(event) {
    if (!this.duration || event.pointerType === "touch") return;
    const time = this.#timeAt(event);
    const x = (time / this.duration) * this.width;
    this.tip.textContent = clockText(time);
    this.tip.style.opacity = "1";
    this.tip.style.left = `${Math.min(Math.max(x, 24), this.width - 24)}px`;
  }

  /** Draw what does not move: called on load, resize and a change of theme. */
  paint() {
    const { width, height } = this.wave.getBoundingClientRect();
    if (!width) return;
    const style = getComputedStyle(this.element);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.#paintLevels(this.rest, width, height, colour("--dfp-wave"));
    this.#paintLevels(this.played, width, height, colour("--dfp-wave-played"));
    this.#paintMarks(width, this.element.clientHeight, colour);
    this.setTime(this.time);
  }

  #paintLevels(canvas, width, height, colour) {
    const draw = fitted(canvas, width, height);
    draw.fillStyle = colour;
    const bars = Math.floor(width / (BAR_PX + GAP_PX));
    const middle = height / 2;
    for (let bar = 0; bar < bars; bar++) {
      const low = Math.floor((bar / bars) * this.levels.length);
      const high = Math.max(Math.floor(((bar + 1) / bars) * this.levels.length), low + 1);
      let level = 0;
      for (let i = low; i < high; i++) level = Math.max(level, this.levels[i] ?? 0);
      const half = Math.max((level / 255) * (middle - 5), 1);
      draw.beginPath();
      draw.roundRect(bar * (BAR_PX + GAP_PX), middle - half, BAR_PX, 2 * half, BAR_PX / 2);
      draw.fill();
    }
  }

  #paintMarks(width, height, colour) {
    const draw = fitted(this.marks, width, height);
    if (!this.duration) return;
    const ruler = this.ruler.clientHeight;
    const at = (time) => Math.round((time / this.duration) * width) + 0.5;
    const firsts = new Set(this.downbeats.map((time) => time.toFixed(2)));
    const spacing = this.beats.length > 1 ? width / this.beats.length : width;
    draw.lineWidth = 1;
    draw.strokeStyle = colour("--dfp-beat");
    draw.beginPath();
    for (const beat of spacing >= 5 ? this.beats : []) {
      if (firsts.has(beat.toFixed(2))) continue;
      draw.moveTo(at(beat), ruler - 7);
      draw.lineTo(at(beat), ruler);
    }
    draw.stroke();
    this.#paintBars(draw, { width, height, ruler, at, colour });
  }

  #paintBars(draw, { width, height, ruler, at, colour }) {
    draw.strokeStyle = draw.fillStyle = colour("--dfp-downbeat");
    draw.font = `600 10px ${getComputedStyle(this.element).fontFamily}`;
    const spacing = width / Math.max(this.downbeats.length, 1);
    const every = Math.max(1, 2 ** Math.ceil(Math.log2(26 / spacing))); // bar numbers with room around them
    this.downbeats.forEach((time, bar) => {
      draw.globalAlpha = spacing < 4 && bar % 4 ? 0 : 1;
      draw.beginPath();
      draw.moveTo(at(time), ruler - 12);
      draw.lineTo(at(time), ruler);
      draw.stroke();
      draw.globalAlpha *= 0.2;
      draw.beginPath();
      draw.moveTo(at(time), ruler);
      draw.lineTo(at(time), height);
      draw.stroke();
      draw.globalAlpha = 1;
      if (bar % every === 0 && at(time) < width - 14) draw.fillText(String(bar + 1), at(time) + 3, ruler - 5);
    });
  }

  dispose() {
    this.resizing.disconnect();
  }
}

/** Seconds as m:ss.d */
export function clockText(time) {
  const tenths = Math.floor(time * 10 + 1e-6);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}

export function nearest(sorted, time) {
  let best = null;
  for (const item of sorted) if (best === null || Math.abs(item - time) < Math.abs(best - time)) best = item;
  return best;
}

function make(tag, className, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A canvas of a size in CSS pixels, as sharp as the screen.
function fitted(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const draw = canvas.getContext("2d");
  draw.scale(ratio, ratio);
  draw.clearRect(0, 0, width, height);
  return draw;
}

function dragged(element, { start, move, end }) {
  let from = null;
  let moved = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    element.focus?.({ preventScroll: true });
    from = event.clientX;
    moved = false;
    start(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (from === null) return;
    moved ||= Math.abs(event.clientX - from) > 3;
    if (moved) move(event);
  });
  const finish = (event) => {
    if (from === null) return;
    from = null;
    end(event, moved);
  };
  element.addEventListener("pointerup", finish);
  element.addEventListener("pointercancel", finish);
}
