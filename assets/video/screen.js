// The film, and beside it the picture it was made of and the pose that drives it, on the film's own clock.

const here = new URL(import.meta.url);
const { make, plain, styled } = await import(new URL(`sheet.js${here.search}`, here).href);
await styled;

const LIMBS = [
  ["neck", "head"], ["neck", "pelvis"], ["left_shoulder", "right_shoulder"], ["left_hip", "right_hip"],
  ["left_shoulder", "left_elbow"], ["left_elbow", "left_wrist"], ["left_wrist", "left_knuckles"],
  ["right_shoulder", "right_elbow"], ["right_elbow", "right_wrist"], ["right_wrist", "right_knuckles"],
  ["left_hip", "left_knee"], ["left_knee", "left_ankle"], ["right_hip", "right_knee"], ["right_knee", "right_ankle"],
];
const COLOURS = { left: "#27c4b0", right: "#ff6b57", "": "#f2eef9" };

/** @param hooks {props, watch} as gradio hands them to js_on_load */
export function mount(element, { props, watch }) {
  const root = element.querySelector(".fm-screen");
  const video = make("video");
  video.controls = true;
  video.loop = true;
  video.playsInline = true;
  video.setAttribute("aria-label", "The film");
  const wait = make("div", "fm-wait");
  const aside = make("div", "fm-aside");
  const [picture, canvas] = [make("img"), make("canvas")];
  picture.alt = "The picture";
  aside.append(framed(picture, "Picture"), framed(canvas, "Pose"));
  root.append(video, wait, aside);
  let stick = null;
  let shown = "";

  const draw = () => {
    if (!stick) return;
    const size = Math.round((canvas.clientWidth || 160) * (window.devicePixelRatio || 1));
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, size, size);
    const frame = Math.min(stick.frames - 1, Math.max(0, Math.round(video.currentTime * stick.fps)));
    for (let dancer = 0; dancer < stick.dancers; dancer++) {
      const base = (frame * stick.dancers + dancer) * stick.names.length * 2;
      const at = (name) => {
        const place = base + 2 * stick.names.indexOf(name);
        return [(stick.places[place] / 10000) * size, (stick.places[place + 1] / 10000) * size];
      };
      pen.lineCap = "round";
      pen.lineWidth = Math.max(2, size / 55);
      for (const [from, to] of stick.lines ?? LIMBS) {
        pen.strokeStyle = COLOURS[to.split("_")[0]] ?? COLOURS[""];
        pen.beginPath();
        pen.moveTo(...at(from));
        pen.lineTo(...at(to));
        pen.stroke();
      }
      pen.fillStyle = COLOURS[""];
      pen.beginPath();
      pen.arc(...at(stick.head ?? "head"), size / (stick.head ? 45 : 26), 0, 7);
      pen.fill();
    }
  };
  const tick = () => {
    draw();
    if (!video.paused && !video.ended && root.isConnected) requestAnimationFrame(tick);
  };
  for (const event of ["play", "seeked", "loadeddata", "timeupdate"]) video.addEventListener(event, tick);

  const show = () => {
    const value = plain(props.value);
    const film = value?.film?.url ?? "";
    video.hidden = aside.hidden = !film;
    wait.hidden = Boolean(film);
    wait.textContent = value?.waiting ?? "The film appears here.";
    if (!film) {
      video.removeAttribute("src");
      shown = "";
      return;
    }
    picture.src = value.picture;
    stick = { ...value.stick, places: numbers(value.stick.data) };
    if (film !== shown) {
      shown = film;
      video.src = film;
      video.play().catch(() => {}); // browsers that want a click first show their own button
    }
    draw();
  };
  watch("value", show);
  show();
}

function framed(content, words) {
  const frame = make("figure");
  frame.append(content, make("figcaption", "", words));
  return frame;
}

function numbers(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}
