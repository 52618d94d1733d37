// What the parts of the Film tab share: the pages' small elements, and the tab's own style sheet beside theirs.

const here = new URL(import.meta.url);
const load = (name) => import(new URL(`../page/${name}${here.search}`, here).href);
const [elements, pages] = await Promise.all([load("elements.js"), load("sheet.js")]);

export const { button, make, plain } = elements;

/** Resolves when both style sheets are in the page. */
export const styled = Promise.all([pages.styled, elements.sheet(new URL(`film.css${here.search}`, here))]);
