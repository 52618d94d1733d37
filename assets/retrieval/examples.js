// Things to try, in a row: descriptions, and songs with a note before them.

const here = new URL(import.meta.url);
const { button, icon, make, plain, styled } = await import(new URL(`parts.js${here.search}`, here).href);
await styled;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".fd-examples");
  const show = () => {
    const value = plain(props.value) ?? { items: [] };
    root.replaceChildren();
    if (value.label) root.append(make("span", "fd-label", value.label));
    for (const item of value.items) {
      const chip = button("fd-chip", "", () => trigger("pick", { key: item.key }));
      if (item.icon) chip.append(icon(item.icon));
      chip.append(item.text);
      root.append(chip);
    }
  };
  watch("value", show);
  show();
}
