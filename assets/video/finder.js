// The picture with what was found in it: the outline, the joints. Joints can be dragged, the outline painted over.

const here = new URL(import.meta.url);
const { button, make, plain, styled } = await import(new URL(`sheet.js${here.search}`, here).href);
const { remember, remembered } = await import(new URL(`../page/memory.js${here.search}`, here).href);
await styled;

const TOOLS = [
  ["joints", "Move joints"],
  ["add", "Add"],
  ["erase", "Erase"],
];
const COLOUR = { left: "#27c4b0", right: "#ff6b57", "": "#ffd166" };
const REACH = 22; // CSS pixels around a joint that take hold of it

/** @param hooks {props, trigger, watch} as gradio hands them to js_on_load */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector(".fm-finder");
  const empty = make("div", "fm-empty", "Choose a picture: a person, a drawing, a toy. What was found in it is shown here.");
  const view = make("div", "fm-view");
  const canvas = make("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "The picture with joints. Choose a joint with Tab, move it with the arrow keys.");
  view.append(canvas);
  const tools = make("div", "fm-tools");
  const who = make("div", "fm-who");
  root.append(empty, view, who, tools);

  let value = null;
  let tool = "joints";
  let held = null; // the joint or the stroke under the finger
  let near = null;
  let strokes = [];
  let later = 0;
  const picture = new Image();
  const outline = new Image();
  const mask = document.createElement("canvas");

  const toggles = TOOLS.map(([name, words]) => {
    const choice = button("", words, () => pick(name));
    tools.append(choice);
    return [name, choice];
  });
  const brush = make("input");
  Object.assign(brush, { type: "range", min: "6", max: "60", value: "22" });
  brush.setAttribute("aria-label", "Size of the brush");
  tools.append(brush, make("span", "fm-space"), button("", "As found", () => trigger("reset", {})));

  function pick(name) {
    tool = name;
    for (const [own, choice] of toggles) choice.setAttribute("aria-pressed", String(own === name));
    brush.hidden = name === "joints";
    draw();
  }

  /** Where an event is, as shares of the picture. */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const nearest = ([x, y]) => {
    if (value.fixed) return null; // control points follow the outline
    const box = canvas.getBoundingClientRect();
    let best = null;
    let least = REACH;
    for (const [name, at] of Object.entries(value.points)) {
      const off = Math.hypot((inside(at)[0] - x) * box.width, (inside(at)[1] - y) * box.height);
      if (off < least) [best, least] = [name, off];
    }
    return best;
  };
  // Joints outside the picture are held at its edge, where they can be taken.
  const inside = ([x, y]) => [Math.min(0.985, Math.max(0.015, x)), Math.min(0.985, Math.max(0.015, y))];

  canvas.addEventListener("pointerdown", (event) => {
    if (!value) return;
    const at = place(event);
    if (tool === "joints") {
      held = nearest(at);
    } else {
      held = { erase: tool === "erase", radius: radius(), points: [at] };
      strokes.push(held);
    }
    if (held) {
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
      draw();
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!value) return;
    const at = place(event);
    if (!held) {
      const found = tool === "joints" ? nearest(at) : null;
      canvas.style.cursor = tool === "joints" ? (found ? "grab" : "default") : "crosshair";
      if (found !== near) {
        near = found;
        draw();
      }
    } else if (tool === "joints") {
      value.points[held] = at;
      draw();
    } else {
      held.points.push(at);
      stroke(held);
      draw();
    }
  });
  const release = () => {
    if (!held) return;
    if (tool === "joints") {
      const [x, y] = value.points[held];
      trigger("move", { name: held, x, y });
    } else {
      stroke(held);
      clearTimeout(later); // several strokes go in one message
      later = setTimeout(send, 450);
    }
    held = null;
    draw();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("keydown", (event) => {
    if (!value) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const names = value.fixed ? [] : Object.keys(value.points);
    if (names.length && (event.key === "n" || event.key === "N")) {
      near = names[(names.indexOf(near) + (event.shiftKey ? names.length - 1 : 1)) % names.length];
      draw();
    } else if (step && near) {
      event.preventDefault();
      const [x, y] = value.points[near];
      value.points[near] = [x + 0.006 * step[0], y + 0.006 * step[1]];
      draw();
      clearTimeout(later);
      const [name, at] = [near, value.points[near]];
      later = setTimeout(() => trigger("move", { name, x: at[0], y: at[1] }), 500);
    }
  });

  const radius = () => Number(brush.value) / 2 / Math.max(canvas.clientWidth, canvas.clientHeight);
  function send() {
    if (strokes.length) trigger("paint", { strokes });
    strokes = [];
  }
  /** Show a stroke on the outline at once; the answer brings the true one. */
  function stroke({ erase, radius: share, points }) {
    const pen = mask.getContext("2d");
    pen.globalCompositeOperation = erase ? "destination-out" : "source-over";
    pen.strokeStyle = pen.fillStyle = "#fff";
    pen.lineWidth = 2 * share * Math.max(mask.width, mask.height);
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x * mask.width, y * mask.height) : pen.moveTo(x * mask.width, y * mask.height)));
    if (points.length === 1) pen.lineTo(points[0][0] * mask.width + 0.1, points[0][1] * mask.height);
    pen.stroke();
  }

  function draw() {
    if (!value || !picture.complete) return;
    const wide = Math.min(view.clientWidth || 420, (390 * value.size[0]) / value.size[1]);
    const high = (wide * value.size[1]) / value.size[0];
    const ratio = window.devicePixelRatio || 1;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    // What does not dance is darkened.
    const shade = document.createElement("canvas");
    shade.width = canvas.width;
    shade.height = canvas.height;
    const dark = shade.getContext("2d");
    dark.fillStyle = "rgb(18 12 34 / 0.62)";
    dark.fillRect(0, 0, shade.width, shade.height);
    dark.globalCompositeOperation = "destination-out";
    dark.drawImage(mask, 0, 0, shade.width, shade.height);
    pen.drawImage(shade, 0, 0);
    pen.lineCap = "round";
    const spot = (name) => {
      const [x, y] = inside(value.points[name]);
      return [x * canvas.width, y * canvas.height];
    };
    const faint = tool === "joints" || value.fixed ? 1 : 0.35;
    for (const width of [4.5, 2.2]) {
      for (const [from, to] of value.lines) {
        pen.globalAlpha = faint * (width > 3 ? 0.5 : 1);
        pen.strokeStyle = width > 3 ? "#120c22" : COLOUR[to.split("_")[0]] ?? COLOUR[""];
        pen.lineWidth = width * ratio;
        pen.beginPath();
        pen.moveTo(...spot(from));
        pen.lineTo(...spot(to));
        pen.stroke();
      }
    }
    for (const name of Object.keys(value.points)) {
      pen.globalAlpha = faint;
      pen.fillStyle = COLOUR[name.split("_")[0]] ?? COLOUR[""];
      pen.strokeStyle = "#120c22";
      pen.lineWidth = 1.5 * ratio;
      pen.beginPath();
      pen.arc(...spot(name), (name === held || name === near ? 7.5 : 4.5) * ratio, 0, 7);
      pen.fill();
      pen.stroke();
    }
    pen.globalAlpha = 1;
    const named = typeof held === "string" ? held : near;
    if (named && tool === "joints") label(pen, named.replace("_", " "), spot(named), ratio);
  }

  function label(pen, words, [x, y], ratio) {
    pen.font = `600 ${12 * ratio}px Outfit, system-ui, sans-serif`;
    const wide = pen.measureText(words).width + 12 * ratio;
    const left = Math.min(canvas.width - wide, Math.max(0, x - wide / 2));
    const top = Math.max(0, y - 32 * ratio);
    pen.fillStyle = "rgb(18 12 34 / 0.85)";
    pen.fillRect(left, top, wide, 20 * ratio);
    pen.fillStyle = "#fff";
    pen.fillText(words, left + 6 * ratio, top + 14 * ratio);
  }

  const show = () => {
    value = plain(props.value);
    empty.hidden = Boolean(value?.picture);
    view.hidden = tools.hidden = !value?.picture;
    who.hidden = !(value?.figures?.length > 1);
    who.replaceChildren();
    if (!value?.picture) {
      value = null;
      return;
    }
    remember(props.memory, value.folder);
    near = null;
    toggles[0][1].hidden = Boolean(value.fixed);
    if (value.fixed && tool === "joints") tool = "add";
    if (!who.hidden) {
      who.append(make("span", "", "Who dances?"));
      value.figures.forEach((box, index) => {
        const choice = button("ed-chip", `Number ${index + 1}`, () => trigger("choose", { index }));
        choice.setAttribute("aria-pressed", String(index === value.chosen));
        who.append(choice);
      });
      who.classList.add("ed-chips");
    }
    const painted = () => {
      mask.width = outline.naturalWidth;
      mask.height = outline.naturalHeight;
      mask.getContext("2d").drawImage(outline, 0, 0);
      for (const one of strokes) stroke(one);
      draw();
    };
    outline.onload = painted;
    picture.onload = draw;
    if (picture.src !== value.picture) picture.src = value.picture;
    outline.src = value.outline;
    pick(tool);
  };
  new ResizeObserver(() => draw()).observe(view);
  watch("value", show);
  show();
  trigger("arrive", { folder: remembered(props.memory) });
}
