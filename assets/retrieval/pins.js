// The pinned dances, whose music plays, and whether all dance on its beats. It also starts the stage's player.

const here = new URL(import.meta.url);
const { address, button, icon, make, plain, styled } = await import(new URL(`parts.js${here.search}`, here).href);
await styled;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".fd-pins");
  let started = "";
  const take = () => {
    const value = plain(props.value);
    if (!value) return;
    show(root, value, trigger);
    element.closest("#find-stage")?.classList.toggle("fd-open", value.playing.length > 0);
    document.dispatchEvent(new CustomEvent("find-marks", { detail: value }));
    if (value.start && value.start !== started) {
      started = value.start;
      start(value.start);
    }
  };
  watch("value", take);
  take();
}

function show(root, value, trigger) {
  root.hidden = value.items.length === 0;
  const several = value.items.length > 1;
  const head = make("div", "fd-pins-head");
  head.append(make("b", "", several ? "Pinned, side by side" : "Pinned"));
  if (!several) head.append(make("span", "fd-soft", `pin ${value.most - 1 > 1 ? "more" : "one more"} to see them on one clock`));
  const row = make("div", "fd-pins-row");
  for (const item of value.items) {
    const cell = make("div", "fd-pin");
    const lead = value.lead === item.id && value.beside;
    const seen = button("fd-pin-play", "", () => trigger("follow", { id: item.id }), {
      "aria-pressed": String(lead), title: lead ? "Its music plays" : `Play to the music of ${item.name}`,
    });
    if (item.preview) {
      const film = make("video", "", "", { src: address(item.preview), preload: "auto", tabindex: -1, "aria-hidden": "true" });
      Object.assign(film, { muted: true, playsInline: true });
      seen.append(film);
    }
    seen.append(make("span", "", item.name));
    if (lead) seen.append(icon("song"));
    const out = button("fd-out", "", () => trigger("unpin", { id: item.id }), { "aria-label": `Unpin ${item.name}` });
    out.append(icon("close"));
    cell.append(seen, out);
    row.append(cell);
  }
  root.replaceChildren(head, row);
  if (!several) return;
  const tools = make("div", "fd-pins-tools");
  const label = make("label", "fd-check");
  const box = make("input", "", "", { type: "checkbox" });
  box.checked = value.together;
  box.addEventListener("change", () => trigger("together", { on: box.checked }));
  label.append(box, "All on these beats");
  tools.append(label);
  if (!value.beside) tools.append(button("fd-chip", "Side by side again", () => trigger("beside", {})));
  root.append(tools);
}

/** Play what comes to the stage: whoever clicked a dance wants to see it dance. */
async function start(id) {
  const column = document.getElementById("find-stage");
  for (let tries = 0; tries < 250; tries += 1) {
    const { player } = document.querySelector("#find-player dancefloor-player") ?? {};
    if (tries === 5 && window.matchMedia("(max-width: 900px)").matches) {
      const top = column?.getBoundingClientRect().top ?? 0;
      if (top < 0 || top > 0.4 * innerHeight) column?.scrollIntoView({ behavior: "smooth", block: "start" });
    }
    if (player?.id === id && player.ready) return player.play();
    await new Promise((done) => setTimeout(done, 60));
  }
  return undefined;
}
