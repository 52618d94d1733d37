// Charts under a player: they come drawn, this lets a playhead run over them and a click seek.

const here = new URL(import.meta.url);
const { make, plain, sheet } = await import(new URL("../page/elements.js", here).href + here.search);
await sheet(new URL(`compare.css${here.search}`, here));

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, watch }) {
  const root = element.querySelector(".cp-charts");
  let value = null;
  let heads = [];
  const player = () => document.querySelector(`#${value?.player} dancefloor-player`)?.player;
  const show = () => {
    value = plain(props.value);
    root.hidden = !value?.html;
    root.innerHTML = value?.html ?? ""; // made and escaped by demos/compare/charts.py
    heads = [...root.querySelectorAll(".cp-plot")].map((plot) => {
      const head = make("i", "cp-playhead", "", { "aria-hidden": "true" });
      plot.append(head);
      return [plot, head];
    });
  };
  root.classList.add("cp-live");
  root.addEventListener("click", (event) => {
    const plot = event.target.closest(".cp-plot");
    const box = plot?.getBoundingClientRect();
    if (box && value) player()?.clock.seek((value.duration_s * (event.clientX - box.left)) / box.width);
  });
  const follow = () => {
    if (!element.isConnected) return;
    const share = value && !root.hidden ? (player()?.clock.time ?? 0) / value.duration_s : 0;
    for (const [plot, head] of heads) head.style.transform = `translateX(${share * plot.clientWidth}px)`;
    requestAnimationFrame(follow);
  };
  watch("value", show);
  show();
  follow();
}
