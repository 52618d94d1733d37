// Dances as looping previews. Films are fetched when they come near the screen and play only while they are on it.

const here = new URL(import.meta.url);
const { address, button, icon, latest, make, styled } = await import(new URL(`parts.js${here.search}`, here).href);
await styled;

const NEAR = "350px 0px"; // how far from the screen a film is fetched
const WAITING = 12; // empty places before the first results

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const grid = new Grid(element.querySelector(".fd-results"), trigger);
  latest(props, watch, (value) => value && grid.show(value));
  document.addEventListener("find-marks", (event) => grid.mark(event.detail));
  trigger("arrive", {}); // gradio builds a tab when it is opened: the visitor is here
}

class Grid {
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.cards = new Map();
    this.near = new IntersectionObserver((seen) => seen.forEach((each) => this.#fetch(each)), { rootMargin: NEAR });
    this.seen = new IntersectionObserver((seen) => seen.forEach((each) => this.#play(each)), { threshold: 0.35 });
    this.head = make("div", "fd-head");
    this.list = make("div", "fd-grid", "", { role: "list" });
    this.foot = make("div", "fd-foot");
    this.list.append(...Array.from({ length: WAITING }, () => make("div", "fd-card fd-waiting")));
    root.append(this.head, this.list, this.foot);
  }

  show(value) {
    this.#head(value);
    const cards = value.cards.map((each) => {
      const card = this.cards.get(each.id) ?? this.#card(each);
      this.#score(card, each);
      return card;
    });
    const kept = new Set(value.cards.map((each) => each.id));
    for (const [id, card] of this.cards) {
      if (kept.has(id)) continue;
      this.near.unobserve(card);
      this.seen.unobserve(card);
      this.cards.delete(id);
    }
    const fresh = cards.filter((card) => !card.isConnected);
    // Moving a film in the page stops it, so what is in its place already stays untouched.
    cards.forEach((card, place) => {
      if (this.list.children[place] !== card) this.list.insertBefore(card, this.list.children[place] ?? null);
    });
    while (this.list.children.length > cards.length) this.list.lastChild.remove();
    for (const card of fresh) {
      this.near.observe(card);
      this.seen.observe(card);
    }
    for (const card of cards) if (card.dataset.seen) this.#start(card);
    this.#foot(value);
    this.mark(value);
  }

  #head(value) {
    const title = make("h2", "fd-title", value.head);
    const legend = make("span", "fd-legend");
    if (value.scored) {
      legend.append(make("i", "fd-key fd-music"), "music", make("i", "fd-key fd-motion"), "motion");
      legend.title =
        value.scored === "sure"
          ? "How sure the network is that a dance is all you said, and what of that comes from its music and its motion. ✓ and ✗ are measured on the dance itself."
          : "How near a dance is to what you gave, from like any dance to the same; what comes from music and motion";
    }
    const sort = make("select", "fd-sort", "", { "aria-label": "Order" });
    for (const each of value.sorts) {
      const option = make("option", "", each.text, { value: each.key });
      option.selected = each.key === value.sort;
      sort.append(option);
    }
    sort.addEventListener("change", () => this.trigger("arrange", { key: sort.value }));
    this.head.replaceChildren(title, legend, sort);
    if (value.note) this.head.append(make("p", "fd-note", value.note));
  }

  #foot(value) {
    this.foot.replaceChildren();
    if (value.more) {
      const more = button("fd-more", "More dances", () => {
        more.disabled = true;
        this.trigger("further", {});
      });
      this.foot.append(more);
    }
    if (value.cards.length) return;
    const empty = make("div", "fd-empty");
    empty.append(make("p", "", "Nothing passes all of these filters together."));
    for (const way of value.loosen) {
      const text = `Any ${way.text.toLowerCase()}: ${way.count.toLocaleString("en")}`;
      empty.append(button("fd-chip", text, () => this.trigger("open", { facet: way.facet })));
    }
    this.foot.append(empty);
  }

  #card(each) {
    const card = make("article", "fd-card", "", { role: "listitem" });
    card.dataset.id = each.id;
    const play = button("fd-play", "", () => this.#perform(card), { "aria-label": `Play ${each.name}: ${each.caption}` });
    const film = make("video", "fd-film", "", { tabindex: -1, "aria-hidden": "true", preload: "none" });
    Object.assign(film, { muted: true, loop: true, playsInline: true, disableRemotePlayback: true });
    film.addEventListener("loadeddata", () => {
      film.classList.add("fd-there");
      if (card.dataset.seen) this.#start(card);
    });
    film.dataset.src = each.preview ? address(each.preview) : "";
    play.append(film, make("span", "fd-genre", each.genre), make("span", "fd-meter"));
    if (!each.preview) play.append(make("span", "fd-nofilm", "no preview"));
    const tools = make("div", "fd-tools");
    for (const [event, name, label] of [
      ["pin", "pin", "Pin: see it beside others"],
      ["closer", "more", "More like this"],
      ["away", "less", "Less like this"],
    ]) {
      const tool = button(`fd-tool fd-tool-${event}`, "", () => this.trigger(event, { id: each.id }), {
        "aria-label": `${label}: ${each.name}`, title: label,
      });
      tool.append(icon(name));
      tools.append(tool);
    }
    const text = make("div", "fd-text");
    text.append(
      make("div", "fd-facts", each.facts),
      make("div", "fd-checks"),
      make("p", "fd-caption", each.caption, { title: each.caption }),
      make("p", "fd-source", each.source, { title: each.source }),
    );
    // Where no previews play by themselves, they do under the pointer.
    play.addEventListener("pointerenter", () => this.still.matches && film.play().catch(() => {}));
    play.addEventListener("pointerleave", () => this.still.matches && film.pause());
    card.append(play, tools, text);
    this.cards.set(each.id, card);
    return card;
  }

  #score(card, each) {
    card.querySelector(".fd-checks").replaceChildren(
      ...each.checks.map(([phrase, met]) =>
        make("span", met ? "fd-met" : "fd-unmet", phrase, { title: met ? "Measured: yes" : "Measured: no" }),
      ),
    );
    const meter = card.querySelector(".fd-meter");
    const score = each.sure ?? each.alike;
    meter.replaceChildren();
    meter.hidden = score === null || score === undefined;
    if (meter.hidden) return;
    const percent = Math.round(100 * score);
    const bar = make("span", "fd-bar");
    const fill = make("span", "fd-fill");
    fill.style.width = `${Math.max(3, percent)}%`;
    const music = make("i", "fd-music");
    const motion = make("i", "fd-motion");
    music.style.flexGrow = each.music;
    motion.style.flexGrow = 1 - each.music;
    fill.append(music, motion);
    bar.append(fill);
    const word = each.sure === null ? "alike" : "sure";
    meter.append(make("b", "", `${percent}%`), make("span", "fd-word-sure", word), bar);
    const parts = `${Math.round(100 * each.music)} % of it from the music, ${Math.round(100 * (1 - each.music))} % from the motion`;
    meter.title = `${percent} % ${word}: ${parts}`;
    meter.setAttribute("role", "img");
    meter.setAttribute("aria-label", meter.title);
  }

  #perform(card) {
    for (const other of this.cards.values()) other.classList.remove("fd-coming");
    card.classList.add("fd-coming");
    this.trigger("perform", { id: card.dataset.id });
  }

  mark({ pinned = [], playing = [] }) {
    for (const [id, card] of this.cards) {
      card.classList.toggle("fd-pinned", pinned.includes(id));
      card.classList.toggle("fd-playing", playing.includes(id));
      card.querySelector(".fd-tool-pin")?.setAttribute("aria-pressed", String(pinned.includes(id)));
      if (playing.includes(id)) card.classList.remove("fd-coming");
    }
  }

  #fetch({ target, isIntersecting }) {
    const film = target.querySelector("video");
    if (!film?.dataset.src) return;
    if (isIntersecting && !film.src) {
      film.preload = "auto";
      film.src = film.dataset.src;
    } else if (!isIntersecting && film.src) {
      // Browsers keep only so many films at a time: far ones are let go.
      film.classList.remove("fd-there");
      film.removeAttribute("src");
      film.load();
    }
  }

  #play({ target, isIntersecting }) {
    target.dataset.seen = isIntersecting ? "yes" : "";
    if (isIntersecting) this.#start(target);
    else target.querySelector("video")?.pause();
  }

  #start(card) {
    const film = card.querySelector("video");
    if (!film?.dataset.src || this.still.matches || !film.paused) return;
    film.play().catch(() => {}); // taken off the page, or not fetched yet: it will be asked again
  }
}
