// What the parts of the Film tab share: the pages' small elements, and the tab's own style sheet beside theirs.

import { styled as pages } from "../page/sheet.js";
export { button, make, plain } from "../page/sheet.js";

const here = new URL(import.meta.url);

/** Resolves when both style sheets are in the page, so that nothing is drawn unstyled. */
export const styled = Promise.all([
  pages,
  new Promise((done) => {
    const link = document.createElement("link");
    const href = new URL(`film.css${here.search}`, here).href;
    Object.assign(link, { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  }),
]);
