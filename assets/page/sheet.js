// What the parts of the Edit page share: their style sheet, small elements and drags.

const here = new URL(import.meta.url);

/** Resolves when the style sheet is in the page, so that nothing is drawn unstyled. */
export const styled = new Promise((done) => {
  const link = document.createElement("link");
  const href = new URL(`page.css${here.search}`, here).href;
  Object.assign(link, { rel: "stylesheet", href, onload: done, onerror: done });
  document.head.append(link);
});

/** A new element; `text` is always text, never markup. */
export function make(tag, className, text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A button that acts on click. */
export function button(className, text, act, attributes = {}) {
  const element = make("button", className, text, { type: "button", ...attributes });
  element.addEventListener("click", act);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A new SVG element. */
export function svg(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A line icon of 24 x 24 from path data. */
export function icon(path) {
  const element = svg("svg", { viewBox: "0 0 24 24", class: "ed-icon", "aria-hidden": "true", focusable: "false" });
  element.append(svg("path", { d: path }));
  return element;
}

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

/** A gradio value without its reactive wrapping. */
export const plain = (value) => JSON.parse(JSON.stringify(value ?? null));

/** Bytes from base64. */
export const bytes = (base64) => Uint8Array.from(atob(base64 ?? ""), (letter) => letter.charCodeAt(0));
