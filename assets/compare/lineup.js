// The dances of the comparison: what they are, which to take out, which is the best; it keeps the visit over a reload.

const here = new URL(import.meta.url);
const shared = (name) => import(new URL(`../page/${name}`, here).href + here.search);
const { button, make, plain, sheet } = await shared("elements.js");
const { remember, remembered } = await shared("memory.js");
await sheet(new URL(`compare.css${here.search}`, here));

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".cp-list");
  const show = () => {
    const value = plain(props.value);
    root.hidden = !value?.rows?.length && !value?.undo;
    if (!value) return;
    remember(value.memory, value.folder);
    const head = make("div", "cp-list-head");
    const undo = button("cp-undo", "Undo", () => trigger("undo", {}));
    undo.disabled = !value.undo;
    head.append(make("b", "", value.blind ? "Which is the best?" : value.title), undo);
    const list = make("ol");
    list.append(...value.rows.map((row, index) => entry(value, row, index)));
    root.replaceChildren(head, list);
    if (value.tally) root.append(make("p", "", value.tally));
  };
  const entry = (value, row, index) => {
    const item = make("li");
    item.style.setProperty("--cp-tone", value.colours[index % value.colours.length]);
    const said = make("div", "cp-said");
    said.append(make("b", "", row.name));
    if (row.note) said.append(make("small", row.stale ? "cp-stale" : "", row.note, { title: row.note }));
    item.append(make("i"), said);
    if (value.blind) item.append(button("cp-vote", "This one", () => trigger("vote", { index }), { "aria-label": `${row.name} is the best` }));
    else {
      if (row.versions > 1) {
        const text = `${Math.min(row.versions, 4)} versions`;
        item.append(button("cp-versions", text, () => trigger("versions", { index }), { title: "Compare the versions that this dance went through" }));
      }
      item.append(button("cp-drop", "×", () => trigger("drop", { index }), { "aria-label": `Take out ${row.name}` }));
    }
    return item;
  };
  watch("value", show);
  show();
  trigger("arrive", { folder: remembered(props.memory) }); // gradio builds a tab when it is opened: the visitor is here
}
