// What the parts of the Find page share: their style sheet, small elements, addresses of previews.

const here = new URL(import.meta.url);
const elements = await import(new URL(`../page/elements.js${here.search}`, here).href);

export const { button, make, plain } = elements;

/** Resolves when the style sheet is in the page. */
export const styled = elements.sheet(new URL(`find.css${here.search}`, here));

const PATHS = {
  song: "M9 18V6l10-2v11M9 18a2.6 2.6 0 1 1-5.2 0A2.6 2.6 0 0 1 9 18Zm10-3a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0Z",
  dance: "M13.5 5.2a1.7 1.7 0 1 0 0-.1ZM12.6 8.4 10 13l3.6 3-1.2 5M10 13l-3 3.4-3.4.8M12.6 8.4l4 2.4 3.6-2.6M12 8.6 8 8 5.6 5.4",
  text: "M5 7h14M5 12h14M5 17h8",
  less: "M5 12h14",
  more: "M12 5v14M5 12h14",
  pin: "M9 4h6l-.8 6 3.3 3.4H6.5L9.8 10 9 4Zm3 9.5V21",
  close: "M6.5 6.5l11 11m0-11-11 11",
  filter: "M4 6h16M7 12h10M10 18h4",
};

/** A line icon of 24 x 24. */
export const icon = (name) => elements.drawn(PATHS[name] ?? PATHS.text, "fd-icon");

/** Where a preview is: beside this file in assets/, or anywhere on the server when it begins with a slash. */
export function address(path) {
  if (!path.startsWith("/")) return new URL(`../${path}`, here).href;
  const [served] = here.href.split("/file=");
  return `${served}/file=${encodeURI(path)}`;
}

/** Shows new values, never an older one after a newer: answers to quick clicks may come in any order. */
export function latest(props, watch, show) {
  let turn = -1;
  const take = () => {
    const value = plain(props.value);
    if (value && typeof value.turn === "number") {
      if (value.turn < turn) return;
      turn = value.turn;
    }
    show(value);
  };
  watch("value", take);
  take();
}
