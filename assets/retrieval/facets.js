// Filters: small histograms with two handles, and values with how many dances each would leave.

const here = new URL(import.meta.url);
const { button, icon, latest, make, styled } = await import(new URL(`parts.js${here.search}`, here).href);
await styled;

const FEW = 8; // values of a long list shown before "all"
const CHIPS = new Set(["parts", "levels", "origins"]);

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const panel = new Facets(element.querySelector(".fd-facets"), trigger);
  latest(props, watch, (value) => value && panel.show(value));
}

class Facets {
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.ranges = new Map();
    this.all = new Set(); // long lists that the visitor has opened
    this.head = make("div", "fd-facets-head");
    this.fold = button("fd-fold-button", "", () => this.root.classList.toggle("fd-unfolded"));
    this.clear = button("fd-clear", "Clear", () => trigger("reset", {}));
    this.head.append(this.fold, this.clear);
    this.body = make("div", "fd-facets-body");
    root.append(this.head, this.body);
  }

  show(value) {
    this.fold.replaceChildren(icon("filter"), make("span", "", value.active ? `Filters (${value.active})` : "Filters"));
    this.clear.hidden = !value.active;
    const ranges = value.ranges.map((facet) => this.#range(facet));
    const words = value.words.map((facet) => this.#words(facet));
    const focus = document.activeElement?.closest?.(".fd-facets [data-key]")?.dataset;
    this.body.replaceChildren(...ranges, ...words);
    if (focus?.key) {
      const twin = [...this.body.querySelectorAll("[data-key]")].find(
        (each) => each.dataset.key === focus.key && each.dataset.facet === focus.facet,
      );
      twin?.focus({ preventScroll: true });
    }
  }

  #words(facet) {
    const box = make("fieldset", CHIPS.has(facet.facet) ? "fd-facet fd-as-chips" : "fd-facet fd-as-rows");
    box.append(make("legend", "fd-facet-title", facet.title));
    const open = this.all.has(facet.facet) || facet.values.length <= FEW + 2;
    const first = open ? facet.values : facet.values.filter((each, place) => place < FEW || each.on);
    for (const each of first) {
      const row = button("fd-value", "", () => this.trigger("toggle", { facet: facet.facet, key: each.key }), {
        "aria-pressed": String(each.on),
      });
      Object.assign(row.dataset, { key: each.key, facet: facet.facet });
      row.disabled = each.count === 0 && !each.on;
      row.append(make("span", "", each.text), make("span", "fd-count", each.count.toLocaleString("en")));
      box.append(row);
    }
    if (!open) {
      const rest = button("fd-all", `All ${facet.values.length}`, () => {
        this.all.add(facet.facet);
        box.replaceWith(this.#words(facet));
      });
      box.append(rest);
    }
    return box;
  }

  #range(facet) {
    let range = this.ranges.get(facet.facet);
    if (!range) {
      range = new Range(facet, (low, high) => this.trigger("range", { facet: facet.facet, low, high }));
      this.ranges.set(facet.facet, range);
    }
    range.show(facet);
    return range.element;
  }
}

class Range {
  constructor(facet, changed) {
    this.facet = facet;
    this.element = make("fieldset", "fd-facet fd-range");
    const head = make("legend", "fd-facet-title", facet.title);
    this.said = make("span", "fd-range-said");
    head.append(this.said);
    this.bars = make("div", "fd-bars", "", { "aria-hidden": "true" });
    this.bars.append(...facet.bins.map(() => make("i")));
    const step = (facet.last - facet.first) / facet.bins.length;
    this.inputs = ["low", "high"].map((end) => {
      const input = make("input", "", "", {
        type: "range", min: facet.first, max: facet.last, step, "aria-label": `${facet.title}, ${end === "low" ? "from" : "to"}`,
      });
      input.addEventListener("input", () => this.#moved(input));
      input.addEventListener("change", () => changed(...this.inputs.map((each) => Number(each.value))));
      return input;
    });
    const track = make("div", "fd-track");
    track.append(...this.inputs);
    const ends = make("div", "fd-ends");
    ends.append(...facet.ends.map((word) => make("span", "", word)));
    this.element.append(head, this.bars, track, ends);
  }

  show(facet) {
    this.facet = facet;
    const most = Math.max(1, ...facet.bins);
    facet.bins.forEach((count, place) => {
      this.bars.children[place].style.height = count ? `${Math.max(9, (100 * count) / most)}%` : "2px";
    });
    const [low, high] = this.inputs;
    if (document.activeElement !== low) low.value = facet.low;
    if (document.activeElement !== high) high.value = facet.high;
    this.#paint();
  }

  #moved(input) {
    const [low, high] = this.inputs;
    const step = Number(low.step);
    if (Number(high.value) - Number(low.value) < step) {
      if (input === low) low.value = Number(high.value) - step;
      else high.value = Number(low.value) + step;
    }
    this.#paint();
  }

  #paint() {
    const { first, last, unit, bins } = this.facet;
    const [low, high] = this.inputs.map((each) => Number(each.value));
    const width = (last - first) / bins.length;
    [...this.bars.children].forEach((bar, place) => {
      const middle = first + (place + 0.5) * width;
      bar.classList.toggle("fd-in", middle > low && middle < high);
    });
    const open = low <= first + 1e-9 && high >= last - 1e-9;
    const text = (value) => (unit ? `${Math.round(value)}` : `${Math.round((100 * (value - first)) / (last - first))}`);
    this.said.textContent = open ? "" : `${text(low)}–${text(high)}${unit || " %"}`;
    this.element.classList.toggle("fd-on", !open);
  }
}
