// What the parts of the Edit page share: their style sheet, small elements and drags.

const here = new URL(import.meta.url);
const elements = await import(new URL(`elements.js${here.search}`, here).href);

export const { button, make, plain, svg } = elements;

/** Resolves when the style sheet is in the page. */
export const styled = elements.sheet(new URL(`page.css${here.search}`, here));

/** A line icon of 24 x 24 from path data. */
export const icon = (path) => elements.drawn(path, "ed-icon");

/** Follow a press on an element: start(event), move(event) once it has moved, end(event, moved), lost() when taken away. */
export function dragged(element, { start, move, end, lost }) {
  let from = null;
  let moved = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button")) return;
    element.setPointerCapture(event.pointerId);
    from = event.clientX;
    moved = false;
    start(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (from === null) return;
    moved ||= Math.abs(event.clientX - from) > 4;
    if (moved) move(event);
  });
  element.addEventListener("pointerup", (event) => {
    if (from === null) return;
    from = null;
    end(event, moved);
  });
  element.addEventListener("pointercancel", () => {
    from = null;
    lost();
  });
}

/** Seconds as m:ss.d */
export function clockText(time) {
  const tenths = Math.round(time * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}

/** Bytes from base64. */
export const bytes = (base64) => Uint8Array.from(atob(base64 ?? ""), (letter) => letter.charCodeAt(0));
