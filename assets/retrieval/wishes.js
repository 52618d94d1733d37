// The parts of a search: what each is, how much it counts, and a way out. Files dropped on the page become such parts.

const here = new URL(import.meta.url);
const { button, icon, latest, make, styled } = await import(new URL(`parts.js${here.search}`, here).href);
await styled;

const KINDS = { text: "Words", song: "Fits the song", dance: "Like the dance", like: "More like", less: "Less like" };
const SONG = /\.(mp3|wav|flac|ogg|m4a|aac|opus|mp4)$/i;
const DANCE = /\.(bvh|npz|npy|pkl)$/i;

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".fd-wishes");
  latest(props, watch, (value) => show(root, value?.items ?? [], trigger));
  const room = document.getElementById("find-room");
  if (room && !room.dataset.drops) acceptDrops(room);
}

function show(root, items, trigger) {
  const kept = new Map([...root.children].map((row) => [row.dataset.id, row]));
  const rows = items.map((item) => {
    const row = kept.get(item.id) ?? build(item, trigger);
    const slider = row.querySelector("input");
    if (slider !== document.activeElement) slider.value = item.weight;
    row.querySelector(".fd-wish-text").textContent = item.text;
    return row;
  });
  root.replaceChildren(...rows);
  root.hidden = items.length === 0;
}

function build(item, trigger) {
  const row = make("li", `fd-wish fd-wish-${item.kind}`);
  row.dataset.id = item.id;
  const text = make("span", "fd-wish-text", item.text, { title: item.text });
  const slider = make("input", "fd-weight", "", {
    type: "range", min: 0, max: 2, step: 0.1, "aria-label": `How much “${item.text}” counts`, title: "How much it counts",
  });
  slider.addEventListener("change", () => trigger("weigh", { id: item.id, weight: Number(slider.value) }));
  const out = button("fd-out", "", () => trigger("leave", { id: item.id }), { "aria-label": `Without “${item.text}”` });
  out.append(icon("close"));
  row.append(icon(item.icon), make("span", "fd-wish-kind", KINDS[item.kind] ?? ""), text, slider, out);
  return row;
}

/** A song or a dance dropped anywhere on the tab goes the way of its button. */
function acceptDrops(room) {
  room.dataset.drops = "yes";
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  room.addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    room.classList.add("fd-dropping");
  });
  room.addEventListener("dragleave", (event) => {
    if (!room.contains(event.relatedTarget)) room.classList.remove("fd-dropping");
  });
  room.addEventListener("drop", (event) => {
    room.classList.remove("fd-dropping");
    if (!files(event) || event.defaultPrevented) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    const way = SONG.test(file.name) ? "find-song" : DANCE.test(file.name) ? "find-dance" : null;
    const place = document.getElementById(way ?? "find-dance");
    const input = place?.matches("input") ? place : place?.parentElement?.querySelector("input[type=file]");
    if (!input) return;
    const list = new DataTransfer();
    list.items.add(file);
    input.files = list.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
