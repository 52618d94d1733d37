// One player: its buttons, its clock, its stage and its timeline, and how they work together.

// Modules beside this one carry its version, so that a browser never mixes two releases of the player.
const here = new URL(import.meta.url);
const [{ Clock }, { Orbit, steer }, { Stage }, { View }, { Timeline, clockText }, controls, { handleKey }] =
  await Promise.all(
    ["clock.js", "camera.js", "stage.js", "view.js", "timeline.js", "controls.js", "keys.js"].map(
      (name) => import(new URL(name + here.search, here).href),
    ),
  );

const MODES = ["body", "bones", "both"];
const MODE_TEXT = { body: "Body", bones: "Bones", both: "Body and bones" };
const players = new Set(); // those on the page: only one plays at a time
let counter = 0;

export class Player {
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.number = ++counter;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.orbit = new Orbit(() => this.still.matches);
    this.clock = new Clock((what) => this.#clockChanged(what));
    this.mode = "body";
    this.contacts = false;
    this.id = null;
    this.cells = [];
    this.fps = 30;
    this.#build();
    this.stage = new Stage(this.area, this.orbit, {
      now: (at) => this.clock.tick(at),
      heard: () => (this.clock.virtual ? this.clock.time : this.clock.audio.currentTime),
      moving: () => this.clock.playing,
      drawn: (time) => this.#showTime(time),
    });
    this.#watchPage();
    players.add(this);
  }

  #build() {
    this.root.classList.add("dfp");
    this.root.replaceChildren();
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Dance player");
    this.area = div("dfp-stage");
    this.note = div("dfp-note");
    this.note.setAttribute("role", "status");
    this.toast = div("dfp-toast");
    this.toast.setAttribute("role", "status");
    this.keyPanel = controls.keyList(() => this.showKeys(false));
    this.keyPanel.id = `dfp-keys-${this.number}`;
    this.count = div("dfp-count");
    this.count.setAttribute("aria-hidden", "true"); // the timeline's value says it
    this.area.append(this.note, this.count, this.toast, this.keyPanel);
    this.timeline = new Timeline({
      seek: (time) => this.seek(time),
      scrubbing: (active) => this.#scrub(active),
      region: (region, final) => this.setRegion(region, final),
      text: (time) => this.#timeText(time),
    });
    this.readout = div("dfp-time");
    Object.assign(this, controls.bar(this, this.readout));
    this.buttons.keys.setAttribute("aria-controls", this.keyPanel.id);
    this.buttons.full.hidden = !this.root.requestFullscreen;
    this.panel = div("dfp-panel");
    this.panel.append(this.timeline.element, this.bar);
    this.root.append(this.area, this.panel);
    this.#pressed();
    // After a click the keys belong to the player, not to the button; Tab users keep their place.
    this.bar.addEventListener("click", (event) => {
      if (event.detail > 0 && event.target.closest("button")) this.root.focus({ preventScroll: true });
    });
    this.root.addEventListener("keydown", (event) => handleKey(this, event));
    const over = { changed: () => this.#turned(), clicked: (event) => this.#clicked(event) };
    steer(this.area, this.orbit, {
      ...over,
      wheelAllowed: (event) => event.ctrlKey || this.root.contains(document.activeElement) || this.isFull,
    });
    this.area.addEventListener("dblclick", () => this.setAngle("front"));
  }

  #watchPage() {
    this.repaint = new MutationObserver(() => this.#applyTheme());
    for (const node of [document.documentElement, document.body]) {
      this.repaint.observe(node, { attributes: true, attributeFilter: ["class"] });
    }
    // A hidden gradio tab has no size: silence with the picture. Merely scrolled away, the song goes on.
    this.hiding = new ResizeObserver(() => {
      if (!this.root.offsetWidth) this.clock.pause();
    });
    this.hiding.observe(this.root);
    this.fullChanged = () => {
      controls.relabel(
        this.buttons.full, this.isFull ? "Leave full screen" : "Full screen", "F", this.isFull ? "small" : "full",
      );
      this.stage.invalidate();
    };
    document.addEventListener("fullscreenchange", this.fullChanged);
  }

  /** Show a value of render/player.py, or null for nothing. The same dance with another region is not loaded again. */
  show(value) {
    if (!players.has(this)) return undefined; // already taken off the page
    if (value && value.id === this.id) return this.#takeRegion(value.region ?? null);
    this.id = value?.id ?? null;
    this.#clear();
    this.root.classList.toggle("dfp-empty", !value);
    if (!value) return this.#say("No dance here yet. Open or make one and it will play here.");
    this.fps = value.fps;
    this.beats = value.beats;
    this.downbeats = value.downbeats;
    this.clock.load(value.song?.url, value.duration_s);
    this.root.classList.toggle("dfp-silent", !value.song);
    this.timeline.load({ duration: value.duration_s, beats: value.beats, downbeats: value.downbeats, levels: bytes(value.levels) });
    this.timeline.hint.hidden = false;
    this.counted = null;
    this.#takeRegion(value.region ?? null);
    this.#showTime(0);
    return this.#load(value);
  }

  async #load(value) {
    this.#say("Loading …");
    if (!this.stage.start()) {
      return this.#say("This browser draws no 3-D (WebGL is off or missing), so the dance cannot be shown here.");
    }
    this.root.setAttribute("aria-busy", "true");
    this.area.dataset.views = value.dances.length;
    const views = value.dances.map((spec) => ({ view: new View(spec, this.hooks.joints), cell: this.#cell(spec) }));
    this.stage.setViews(views);
    this.#applyTheme();
    const loaded = await Promise.all(views.map((place) => this.#fill(place)));
    if (this.id !== value.id) return undefined; // another dance came meanwhile
    this.root.removeAttribute("aria-busy");
    this.#applyTheme();
    this.#say("");
    this.ready = loaded.some(Boolean);
    this.root.dispatchEvent(new CustomEvent("dancefloor-ready", { bubbles: true }));
    return undefined;
  }

  // Load one dance into its place; what went wrong is said there. True when it can be played.
  async #fill({ view, cell }) {
    view.mode = this.mode;
    view.contacts = this.contacts;
    try {
      await view.load();
      return true;
    } catch (problem) {
      const note = div("dfp-note dfp-bad");
      note.setAttribute("role", "alert");
      note.textContent = problem.message;
      cell.append(note);
      return false;
    }
  }

  #cell(spec) {
    const cell = div("dfp-cell");
    const label = div("dfp-label");
    for (const colour of spec.colours) {
      const dot = document.createElement("i");
      dot.style.background = colour;
      label.append(dot);
    }
    label.append(Object.assign(document.createElement("bdi"), { textContent: spec.name }));
    const over = div("dfp-over");
    over.textContent = `ends at ${clockText(spec.duration_s)}`;
    over.hidden = true;
    cell.append(label, over);
    this.cells.push({ cell, over, end: spec.duration_s });
    this.area.insertBefore(cell, this.note);
    return cell;
  }

  #clear() {
    this.ready = false;
    this.clock.load(null, 0);
    this.stage?.setViews([]);
    for (const { cell } of this.cells) cell.remove();
    this.cells = [];
    this.#say("");
  }

  #say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  #announce(text) {
    this.toast.textContent = text;
    this.toast.classList.add("dfp-on");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.toast.classList.remove("dfp-on"), 1400);
  }

  // --- time

  toggle() {
    if (!this.clock.playing) this.play();
    else this.clock.pause();
  }

  play() {
    if (!this.ready) return;
    for (const other of players) if (other !== this) other.clock.pause();
    this.stage.meter.reset();
    this.clock.play();
  }

  pause() {
    this.clock.pause();
  }

  seek(time) {
    this.clock.seek(time);
  }

  step(frames) {
    this.clock.pause();
    this.clock.seek((Math.round(this.clock.time * this.fps) + frames) / this.fps);
  }

  setRate(rate) {
    this.clock.setRate(rate);
    this.speed.value = String(rate);
    this.#announce(`Speed ${rate}×`);
  }

  setRegion(region, final = true) {
    this.clock.setRegion(region);
    this.timeline.setRegion(region);
    if (region) this.timeline.hint.hidden = true;
    if (Boolean(region) !== this.clock.looping && (region || final)) this.setLooping(Boolean(region), false);
    if (!final) return;
    this.#announce(region ? `Loop ${clockText(region[0])} to ${clockText(region[1])}` : "Loop off");
    const rounded = region?.map((edge) => Math.round(edge * 1000) / 1000) ?? null;
    if (JSON.stringify(rounded) === JSON.stringify(this.sent ?? null)) return;
    this.sent = rounded;
    this.hooks.regionChanged(rounded);
  }

  #takeRegion(region) {
    this.sent = region;
    this.clock.setRegion(region);
    this.timeline.setRegion(region);
    this.setLooping(Boolean(region), false);
  }

  setLooping(looping, spoken = true) {
    this.clock.looping = looping;
    this.#pressed();
    if (spoken) this.#announce(looping ? "Loop on" : "Loop off");
  }

  #scrub(active) {
    if (active) {
      this.resume = this.clock.playing;
      this.clock.pause();
    } else if (this.resume) this.play();
  }

  #clockChanged(what) {
    if (what === "state") {
      const playing = this.clock.playing;
      controls.relabel(this.buttons.play, playing ? "Pause" : "Play", "Space", playing ? "pause" : "play");
      this.root.classList.toggle("dfp-playing", playing);
    }
    if (what === "songless") this.#announce("This browser cannot play the song: the dance goes on without sound.");
    this.stage?.invalidate();
    if (this.stage && !this.stage.seen) this.#showTime(this.clock.time);
  }

  #showTime(time) {
    this.timeline.setTime(time);
    const text = `${clockText(time)} / ${clockText(this.clock.duration)}`;
    if (text !== this.readout.textContent) this.readout.textContent = text;
    const place = this.#beatAt(time);
    const count = place ? `${place.bar}.${place.beat}` : "";
    if (count !== this.counted) {
      this.counted = count;
      this.#showCount(place);
    }
    for (const { over, end } of this.cells) {
      const past = time > end + 0.05;
      if (over.hidden === past) over.hidden = !past;
    }
  }

  #showCount(place) {
    this.count.hidden = !place;
    if (!place) return;
    const beat = document.createElement("b");
    beat.textContent = place.beat;
    this.count.replaceChildren(beat, `bar ${place.bar}`);
    this.count.classList.toggle("dfp-one", place.beat === 1);
  }

  // Which bar and which beat of it a moment lies in; null before the first and without beats.
  #beatAt(time) {
    const beats = this.beats ?? [];
    const downbeats = this.downbeats ?? [];
    const bar = last(downbeats, time);
    if (bar < 0) return null;
    const first = last(beats, downbeats[bar] + 0.02);
    const now = last(beats, time);
    return now >= first && first >= 0 ? { bar: bar + 1, beat: now - first + 1 } : null;
  }

  #timeText(time) {
    const place = this.#beatAt(time);
    const spoken = `${time.toFixed(1)} of ${this.clock.duration.toFixed(1)} seconds`;
    return place ? `${spoken}, bar ${place.bar}, beat ${place.beat}` : spoken;
  }

  // --- picture

  setAngle(angle) {
    this.orbit.choose(angle);
    this.#pressed();
    this.#announce({ front: "Front", side: "Side", top: "From above" }[angle]);
    this.stage.invalidate();
  }

  setFollow(follow) {
    this.orbit.setFollow(follow);
    this.#pressed();
    this.#announce(follow ? "Camera follows" : "Camera stands still");
    this.stage.invalidate();
  }

  turn(azimuth, elevation) {
    this.orbit.turn(azimuth, elevation);
    this.#turned();
  }

  zoom(factor) {
    this.orbit.zoom(factor);
    this.stage.invalidate();
  }

  #turned() {
    this.#pressed();
    this.stage.invalidate();
  }

  #clicked() {
    this.root.focus({ preventScroll: true });
    if (!this.keyPanel.hidden) this.showKeys(false);
    else this.toggle();
  }

  nextMode() {
    this.setMode(MODES[(MODES.indexOf(this.mode) + 1) % MODES.length]);
  }

  setMode(mode) {
    this.mode = mode;
    for (const { view } of this.stage.views) view.setMode(mode);
    controls.relabel(this.buttons.mode, MODE_TEXT[mode], "M", mode);
    this.buttons.mode.querySelector("span").textContent = { body: "Body", bones: "Bones", both: "Both" }[mode];
    this.#announce(MODE_TEXT[mode]);
    this.stage.invalidate();
  }

  setContacts(shown) {
    this.contacts = shown;
    for (const { view } of this.stage.views) view.setContacts(shown);
    this.#pressed();
    this.#announce(shown ? "Foot contacts shown" : "Foot contacts hidden");
    this.stage.invalidate();
  }

  #pressed() {
    const state = {
      loop: this.clock.looping,
      front: this.orbit.angle === "front",
      side: this.orbit.angle === "side",
      top: this.orbit.angle === "top",
      follow: this.orbit.follow,
      feet: this.contacts,
    };
    for (const [name, on] of Object.entries(state)) this.buttons[name].setAttribute("aria-pressed", String(on));
  }

  #applyTheme() {
    const dark = Boolean(this.root.closest(".dark"));
    if (dark === this.dark && this.ready) return;
    this.dark = dark;
    const style = getComputedStyle(this.root);
    const text = (name) => style.getPropertyValue(`--dfp-${name}`).trim();
    const number = (name) => Number(text(name)) || 0;
    this.stage.repaint({
      dark,
      grid: text("grid"), gridStrength: number("grid-strength"),
      glow: text("glow"), glowStrength: number("glow-strength"),
      sky: text("sky"), ground: text("ground"), skyStrength: number("sky-strength"),
      rim: text("rim"), rimStrength: number("rim-strength"), keyStrength: number("key-strength"),
      shadow: number("shadow"),
    });
    this.timeline.paint();
  }

  // --- sound and window

  setMuted(muted) {
    this.clock.audio.muted = muted;
    controls.relabel(this.buttons.sound, muted ? "Sound on" : "Sound off", "S", muted ? "muted" : "sound");
    this.#announce(muted ? "Sound off" : "Sound on");
  }

  setVolume(level) {
    const volume = Math.min(Math.max(level, 0), 1);
    this.clock.audio.volume = volume;
    this.volume.value = String(volume);
    if (this.clock.audio.muted && volume > 0) this.setMuted(false);
    this.#announce(`Volume ${Math.round(100 * volume)} %`);
  }

  get isFull() {
    return document.fullscreenElement === this.root;
  }

  toggleFull() {
    if (this.isFull) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => this.#announce("The browser refused full screen."));
  }

  showKeys(shown) {
    this.keyPanel.hidden = !shown;
    this.buttons.keys.setAttribute("aria-expanded", String(shown));
  }

  // --- for tests and other scripts

  /** What was measured since play was pressed: lag of the picture behind the sound, frames a second. */
  stats() {
    return { ...this.stage.stats(), song: !this.clock.virtual, time: this.clock.time, playing: this.clock.playing };
  }

  /** World position of a joint as it is drawn now, metres. */
  jointAt(dance, dancer, name) {
    return this.stage.views[dance]?.view.jointAt(dancer, name) ?? null;
  }

  dispose() {
    players.delete(this);
    clearTimeout(this.toastTimer);
    this.repaint.disconnect();
    this.hiding.disconnect();
    document.removeEventListener("fullscreenchange", this.fullChanged);
    this.timeline.dispose();
    this.clock.dispose();
    this.stage.dispose();
  }
}

function div(className) {
  return Object.assign(document.createElement("div"), { className });
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Index of the last item not after a moment, or -1. */
function last(sorted, time) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= time + 1e-6) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
