// What every tab draws with: elements, icons, style sheets, values.

/** Resolves when a style sheet is in the page, so that nothing is drawn unstyled. */
export function sheet(address) {
  return new Promise((done) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: address.href, onload: done, onerror: done });
    document.head.append(link);
  });
}

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
export function drawn(path, className) {
  const element = svg("svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" });
  element.append(svg("path", { d: path }));
  return element;
}

/** A gradio value without its reactive wrapping. */
export const plain = (value) => JSON.parse(JSON.stringify(value ?? null));
