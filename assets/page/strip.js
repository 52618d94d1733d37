// The strip under the player: what changed and what happens, lane by lane on the player's clock; what may change next.
// It follows the player's playhead and loop: the looped part of the dance is the part that the next edit may touch.

const here = new URL(import.meta.url);
const { button, bytes, clockText, dragged, make, plain, styled } = await import(
  new URL(`sheet.js${here.search}`, here).href
);
const { remember, remembered } = await import(new URL(`memory.js${here.search}`, here).href);
await styled;

const SNAP_PX = 7; // a dragged edge this near to a beat takes the beat
const SHORTEST_S = 1; // in less, no change can come and go
const LANE_PX = 26;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const strip = new Strip(element.querySelector(".ed-strip"), {
    chosen: (parts) => {
      if (props.value) props.value = { ...plain(props.value), chosen: parts };
    },
  });
  const show = () => strip.show(plain(props.value));
  watch("value", show);
  show();
  element.__strip = strip;
  trigger("arrive", { folder: remembered(props.memory) }); // gradio builds a tab when it is opened: the visitor is here
}

class Strip {
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.value = null;
    this.chosen = [];
    this.#build();
    new ResizeObserver(() => this.#paint()).observe(this.lanes);
    new MutationObserver(() => this.#paint()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    this.#follow();
  }

  #build() {
    this.title = make("b", "ed-strip-title");
    this.hint = make("span", "ed-strip-hint");
    this.scale = make("span", "ed-scale", "", { "aria-hidden": "true" });
    this.scale.append("a little", make("i"), "a lot");
    const head = make("div", "ed-strip-head");
    head.append(this.title, this.scale, this.hint);
    this.lanes = make("div", "ed-lanes");
    this.canvas = make("canvas", "ed-heat", "", { "aria-hidden": "true" });
    this.band = make("div", "ed-band");
    this.head = make("div", "ed-playhead");
    this.names = make("div", "ed-names", "", { role: "group", "aria-label": "Lanes" });
    this.spans = make("div", "ed-spans");
    this.lanes.append(this.canvas, this.spans, this.band, this.head, this.names);
    this.root.replaceChildren(head, this.lanes);
    this.#drag();
  }

  /** Show a value of timeline.py, or null for nothing. */
  show(value) {
    this.value = value;
    this.root.hidden = !value || !(value.parts.length + value.marks.length);
    if (!value) return;
    remember(value.memory, value.folder);
    this.chosen = value.chosen ?? [];
    this.heat = value.heat ? bytes(value.heat) : null;
    this.title.textContent = value.title;
    this.scale.hidden = !this.heat;
    this.hint.textContent = value.picks ? "drag to pick a time, tap a name to pick a body part" : "drag to pick a time";
    this.lanes.style.height = `${LANE_PX * (value.parts.length + value.marks.length)}px`;
    this.names.replaceChildren(...value.parts.map((part) => this.#name(part)), ...value.marks.map(this.#markName));
    this.#placeSpans();
    this.lastRegion = undefined;
    this.#paint();
    this.#say();
  }

  #markName({ label, summary }) {
    return make("span", "ed-part", label, { title: summary, "aria-label": summary, role: "note" });
  }

  // What happens when, as bars in the lanes below the parts.
  #placeSpans() {
    const { parts, marks, duration_s: duration } = this.value;
    const bars = marks.flatMap(({ spans, tone }, lane) =>
      spans.map(([start, end, text]) => {
        const bar = make("i", `ed-span ed-tone-${tone}`, "", { title: `${text}, ${clockText(start)} to ${clockText(end)}` });
        bar.style.left = `${(100 * start) / duration}%`;
        bar.style.width = `${(100 * (end - start)) / duration}%`;
        bar.style.top = `${(parts.length + lane) * LANE_PX + 5}px`;
        return bar;
      }),
    );
    this.spans.replaceChildren(...bars);
  }

  #name({ key, label, summary }) {
    if (!this.value.picks) return make("span", "ed-part", label, { title: summary, "aria-label": summary, role: "note" });
    const name = button("ed-part", label, () => this.#toggle(key), {
      "aria-pressed": String(this.chosen.includes(key)),
      title: summary,
    });
    name.dataset.part = key;
    return name;
  }

  #toggle(key) {
    this.chosen = this.chosen.includes(key) ? this.chosen.filter((other) => other !== key) : [...this.chosen, key];
    this.#choose();
  }

  #choose() {
    for (const name of this.names.children) {
      if (name.dataset.part) name.setAttribute("aria-pressed", String(this.chosen.includes(name.dataset.part)));
    }
    this.on.chosen(this.chosen);
    this.#paint();
    this.#say();
  }

  clear() {
    this.player?.setRegion(null);
    this.chosen = [];
    this.#choose();
  }

  get player() {
    return document.querySelector(`#${this.value?.player} dancefloor-player`)?.player;
  }

  get region() {
    return this.player?.timeline.region ?? null;
  }

  // --- the target line beside the words: what the next edit may touch

  #say() {
    const line = document.querySelector(`#${this.value.target} .ed-target`);
    if (!line) return;
    const region = this.region;
    const labels = this.value.parts.filter(({ key }) => this.chosen.includes(key)).map(({ label }) => label.toLowerCase());
    if (!region && !labels.length) {
      line.classList.remove("ed-limited");
      const ways = this.value.picks ? "a time or body parts" : "a time";
      line.replaceChildren(make("span", "", `To limit it, pick ${ways} under the player.`));
      return;
    }
    const when = region ? `${clockText(region[0])} to ${clockText(region[1])}` : "the whole time";
    const what = this.value.picks ? `, ${labels.length ? labels.join(", ") : "the whole body"}` : "";
    const drop = button("ed-drop", "×", () => this.clear(), { "aria-label": "Let go of what was picked" });
    line.classList.add("ed-limited");
    line.replaceChildren(make("span", "", `Only ${when}${what}. All else stays exactly.`), drop);
  }

  // --- time

  #follow() {
    const step = () => {
      if (!this.root.isConnected) return;
      requestAnimationFrame(step);
      const player = this.value && this.root.parentElement.offsetWidth ? this.player : null;
      if (!player) return;
      this.#keepTime(player);
      const share = player.clock.duration ? player.clock.time / player.clock.duration : 0;
      this.head.style.transform = `translateX(${share * this.lanes.clientWidth}px)`;
      const key = JSON.stringify(this.region);
      if (key !== this.lastRegion) {
        this.lastRegion = key;
        this.#showRegion();
        this.#say();
      }
    };
    requestAnimationFrame(step);
  }

  // A new version of the same song goes on where the last one was; at rest, it shows where the change is plainest.
  #keepTime(player) {
    if (!player.ready) return;
    const { clock, look_s: look } = this.value;
    if (player.id !== this.seen?.id) {
      const before = this.seen;
      this.seen = { id: player.id, clock };
      if (before && before.clock === clock) {
        player.seek(look != null && !before.playing ? look : before.time);
        if (before.playing) player.play();
      }
    }
    this.seen.time = player.clock.time;
    this.seen.playing = player.clock.playing;
  }

  #showRegion() {
    const region = this.region;
    this.band.hidden = !region;
    if (!region) return;
    const duration = this.value.duration_s;
    this.band.style.left = `${(100 * region[0]) / duration}%`;
    this.band.style.width = `${(100 * (region[1] - region[0])) / duration}%`;
  }

  #timeAt(event, snap) {
    const box = this.lanes.getBoundingClientRect();
    const duration = this.value.duration_s;
    const time = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * duration;
    if (!snap || event.altKey) return time;
    let near = null;
    for (const beat of this.value.beats) if (near === null || Math.abs(beat - time) < Math.abs(near - time)) near = beat;
    return near !== null && (Math.abs(near - time) / duration) * box.width <= SNAP_PX ? near : time;
  }

  #drag() {
    let origin = 0;
    let before = null;
    dragged(this.lanes, {
      start: (event) => {
        origin = this.#timeAt(event, true);
        before = this.region;
      },
      move: (event) => {
        const now = this.#timeAt(event, true);
        const region = [Math.min(origin, now), Math.max(origin, now)];
        if (region[1] - region[0] >= SHORTEST_S) this.player?.setRegion(region, false);
      },
      end: (event, moved) => {
        if (moved) this.player?.setRegion(this.region, true);
        else this.player?.seek(this.#timeAt(event, false));
      },
      lost: () => this.player?.setRegion(before, true), // the finger scrolled the page instead
    });
  }

  // --- picture

  #paint() {
    const width = this.lanes.clientWidth;
    const height = this.lanes.clientHeight;
    if (!width || !this.value) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const draw = this.canvas.getContext("2d");
    draw.scale(ratio, ratio);
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const { parts, marks } = this.value;
    [...parts, ...marks].forEach(({ key }, lane) => {
      const open = !key || !this.chosen.length || this.chosen.includes(key);
      draw.globalAlpha = open ? 1 : 0.4;
      draw.fillStyle = colour("--ed-lane");
      draw.beginPath();
      draw.roundRect(0, lane * LANE_PX + 2, width, LANE_PX - 4, 6);
      draw.fill();
      if (this.heat && lane < parts.length) this.#paintHeat(draw, lane, width);
    });
    draw.globalAlpha = 1;
    draw.strokeStyle = colour("--ed-bar");
    for (const time of this.value.downbeats) {
      const x = Math.round((time / this.value.duration_s) * width) + 0.5;
      draw.beginPath();
      draw.moveTo(x, 2);
      draw.lineTo(x, height - 2);
      draw.stroke();
    }
  }

  #paintHeat(draw, lane, width) {
    const columns = this.value.columns;
    const alpha = draw.globalAlpha;
    draw.save();
    draw.beginPath();
    draw.roundRect(0, lane * LANE_PX + 2, width, LANE_PX - 4, 6);
    draw.clip();
    for (let column = 0; column < columns; column++) {
      const level = this.heat[lane * columns + column] / 255;
      if (level < 0.03) continue;
      const x = (column / columns) * width;
      draw.globalAlpha = alpha * Math.min(0.25 + level, 1);
      draw.fillStyle = warmth(level);
      draw.fillRect(x, lane * LANE_PX + 2, width / columns + 0.6, LANE_PX - 4);
    }
    draw.restore();
  }
}

// Amber for a little, coral for more, violet for a lot: told apart by brightness too.
function warmth(level) {
  const stops = [[255, 206, 120], [255, 107, 87], [139, 61, 255]];
  const place = Math.min(level, 0.999) * 2;
  const low = stops[Math.floor(place)];
  const high = stops[Math.floor(place) + 1];
  const share = place % 1;
  return `rgb(${low.map((value, i) => Math.round(value + share * (high[i] - value))).join(" ")})`;
}
