// The versions of a dance as a branch graph: one row a version, oldest above, branches in lanes beside it.

const here = new URL(import.meta.url);
const { button, icon, make, plain, styled, svg } = await import(new URL(`sheet.js${here.search}`, here).href);
await styled;

const ROW_PX = 50;
const LANE_PX = 18;
const LANES = ["#ff6b57", "#1aa896", "#8b5cf6", "#d99312", "#3f8cff", "#e0559c"];
const UNDO = "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3";
const COMPARE = "M4 5h6.500v14H4zM13.500 5H20v14h-6.500z";
const RENAME = "M4 20h4L19 9l-4-4L4 16zM13.500 6.500l4 4";

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const tree = new Tree(element.querySelector(".ed-tree"), trigger);
  const show = () => tree.show(plain(props.value));
  watch("value", show);
  show();
}

class Tree {
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
  }

  /** Show a value of panels.py: {rows: [{id, parent, lane, title, note, mark}], current, compared, undo}. */
  show(value) {
    this.root.hidden = !value?.rows?.length;
    this.root.replaceChildren();
    if (this.root.hidden) return;
    this.value = value;
    const head = make("div", "ed-tree-head");
    const undo = button("ed-small", "Undo", () => this.trigger("undo", {}));
    undo.prepend(icon(UNDO));
    undo.disabled = !value.undo;
    head.append(make("b", "", "Versions"), make("span", "ed-tree-hint", value.rows.length > 1 ? "click one to go on from it" : ""), undo);
    const body = make("div", "ed-tree-body");
    const list = make("ol", "ed-rows");
    const lanes = 1 + Math.max(...value.rows.map((row) => row.lane));
    list.style.paddingLeft = `${lanes * LANE_PX + 8}px`;
    list.append(...value.rows.map((row) => this.#row(row)));
    body.append(this.#graph(lanes), list);
    this.root.append(head, body);
    this.#reveal(body, list);
  }

  // The version at hand is in sight, without the page itself scrolling.
  #reveal(body, list) {
    const row = list.querySelector("[aria-current]");
    if (row) body.scrollTop = row.offsetTop - body.clientHeight / 2;
  }

  #graph(lanes) {
    const { rows, current, compared } = this.value;
    const place = new Map(rows.map((row, index) => [row.id, [row.lane * LANE_PX + 12, index * ROW_PX + ROW_PX / 2]]));
    const width = lanes * LANE_PX + 8;
    const graph = svg("svg", { class: "ed-graph", width, height: rows.length * ROW_PX, "aria-hidden": "true" });
    for (const row of rows) {
      if (!place.has(row.parent)) continue;
      const [x1, y1] = place.get(row.parent);
      const [x2, y2] = place.get(row.id);
      const bend = x1 === x2 ? `V${y2}` : `V${y1 + 8} C${x1} ${y1 + 26} ${x2} ${y1 + 16} ${x2} ${y1 + 34} V${y2}`;
      graph.append(svg("path", { d: `M${x1} ${y1} ${bend}`, stroke: LANES[row.lane % LANES.length] }));
    }
    for (const row of rows) {
      const [cx, cy] = place.get(row.id);
      const colour = LANES[row.lane % LANES.length];
      if (row.id === current) graph.append(svg("circle", { cx, cy, r: 10, fill: colour, opacity: 0.25 }));
      const hollow = row.id !== current && row.id !== compared;
      const dot = { cx, cy, r: row.id === current ? 6.5 : 5.5, stroke: colour, class: hollow ? "ed-hollow" : "" };
      graph.append(svg("circle", hollow ? dot : { ...dot, fill: colour }));
    }
    return graph;
  }

  #row(row) {
    const { current, compared } = this.value;
    const item = make("li", "ed-row");
    const open = button("ed-open", "", () => this.trigger("go", { id: row.id }));
    const title = make("span", "ed-row-title", row.title);
    title.title = row.title;
    const note = make("span", "ed-row-note");
    if (row.mark) note.append(make("i", `ed-mark ed-${row.mark}`));
    note.append(row.note);
    open.append(title, note);
    item.append(open);
    if (row.id === current) item.setAttribute("aria-current", "true");
    item.classList.toggle("ed-compared", row.id === compared);
    const tools = make("div", "ed-tools");
    if (row.id !== current) {
      tools.append(this.#tool(COMPARE, `Compare “${row.title}” with the present version`, () => this.trigger("compare", { id: row.id })));
    }
    tools.append(this.#tool(RENAME, `Rename “${row.title}”`, () => this.#rename(row, open)));
    item.append(tools);
    return item;
  }

  #tool(path, label, act) {
    const tool = button("ed-tool", "", act, { "aria-label": label, title: label });
    tool.append(icon(path));
    return tool;
  }

  #rename(row, open) {
    const field = make("input", "ed-rename", "", { "aria-label": "New name", maxlength: "60" });
    field.value = row.title;
    let done = false;
    const leave = (keep) => {
      if (done) return;
      done = true;
      field.replaceWith(open);
      const name = field.value.trim();
      if (keep && name && name !== row.title) this.trigger("rename", { id: row.id, name });
      else open.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") leave(true);
      if (event.key === "Escape") leave(false);
      event.stopPropagation();
    });
    field.addEventListener("blur", () => leave(true));
    open.replaceWith(field);
    field.focus();
    field.select();
  }
}
