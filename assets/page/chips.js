// Small buttons in a row, each a choice: the example songs, the suggested edits.

const here = new URL(import.meta.url);
const { button, make, plain, styled } = await import(new URL(`sheet.js${here.search}`, here).href);
await styled;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".ed-chips");
  const show = () => {
    const value = plain(props.value);
    root.hidden = !value?.items?.length;
    root.replaceChildren();
    if (root.hidden) return;
    if (value.label) root.append(make("span", "ed-chips-label", value.label));
    for (const item of value.items) {
      const chip = button("ed-chip", item.text, () => trigger("pick", { key: item.key }));
      chip.classList.toggle("ed-quiet", Boolean(item.quiet));
      if (value.chosen !== undefined) chip.setAttribute("aria-pressed", String(item.key === value.chosen));
      root.append(chip);
    }
  };
  watch("value", show);
  show();
}
