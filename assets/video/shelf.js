// The example pictures, each a button.

const here = new URL(import.meta.url);
const { button, make, plain, styled } = await import(new URL(`sheet.js${here.search}`, here).href);
await styled;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".fm-shelf");
  const show = () => {
    const value = plain(props.value);
    root.hidden = !value?.items?.length;
    root.replaceChildren();
    for (const item of value?.items ?? []) {
      const choice = button("", "", () => trigger("pick", { key: item.key }));
      const picture = make("img");
      picture.src = item.picture;
      picture.alt = item.key;
      choice.title = item.key;
      choice.append(picture);
      choice.setAttribute("aria-pressed", String(item.key === value.chosen));
      root.append(choice);
    }
  };
  watch("value", show);
  show();
}
