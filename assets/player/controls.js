// The player's furniture: buttons with icons, the speed and volume fields, the list of keys. It knows no dance.

const ICONS = {
  play: '<path d="M8 5.2v13.6a1 1 0 0 0 1.5.86l11-6.8a1 1 0 0 0 0-1.72l-11-6.8A1 1 0 0 0 8 5.2z" fill="currentColor" stroke="none"/>',
  pause: '<path d="M7 5h3.6v14H7zM13.4 5H17v14h-3.6z" fill="currentColor" stroke="none"/>',
  back: '<path d="M17 6v12l-8-6zM7 6v12"/>',
  forth: '<path d="M7 6v12l8-6zM17 6v12"/>',
  loop: '<path d="M17 3l3.5 3.5L17 10M20 6.500H8a4 4 0 0 0-4 4V11M7 21l-3.500-3.500L7 14M4 17.500h12a4 4 0 0 0 4-4V13"/>',
  follow: '<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3"/><circle cx="12" cy="12" r="7"/>',
  body: '<circle cx="12" cy="5" r="2.200"/><path d="M8 9.500c2.500-1 5.500-1 8 0l-1.200 5L15 21h-2l-1-5-1 5H9l.2-6.500z"/>',
  bones: '<circle cx="12" cy="4.500" r="2"/><path d="M12 7v7M7 9.500h10M12 14l-3.500 7M12 14l3.500 7"/>',
  both: '<circle cx="12" cy="5" r="2.200"/><path d="M8 9.500c2.500-1 5.500-1 8 0l-1.200 5L15 21h-2l-1-5-1 5H9l.2-6.500z" opacity=".45"/><path d="M12 8v7"/>',
  feet: '<path d="M8.500 3.500c2 0 2.600 2.500 2.300 5-.2 1.700-.6 2.600-.6 3.800H6.600C6.500 10.500 5.600 9 5.700 7c.1-2 1.100-3.500 2.800-3.500zM6.800 15h3.400c0 1.700-.5 3-1.700 3s-1.700-1.300-1.700-3z"/><path d="M15.500 6.500c-2 0-2.600 2.500-2.300 5 .2 1.700.6 2.600.6 3.800h3.600c.1-1.800 1-3.300.9-5.300-.1-2-1.100-3.500-2.800-3.500zM17.200 18h-3.400c0 1.700.5 3 1.700 3s1.700-1.300 1.700-3z"/>',
  sound: '<path d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a7.800 7.800 0 0 1 0 11"/>',
  muted: '<path d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5"/>',
  full: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  small: '<path d="M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5"/>',
  keys: '<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8"/>',
};

export const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

const KEYS = [
  ["Space", "play or pause"],
  ["← →", "1 second back or on"],
  [", .", "one frame back or on"],
  ["Home End", "to the start, to the end"],
  ["[ ]", "loop from here, loop to here"],
  ["L", "loop on or off"],
  ["Esc", "let go of the looped part"],
  ["1 2 3", "front, side, top"],
  ["4", "camera follows the dancer"],
  ["Shift + arrows", "turn the camera"],
  ["+ −", "closer, farther"],
  ["M", "body, bones, both"],
  ["C", "foot contacts"],
  ["< >", "slower, faster"],
  ["↑ ↓", "volume"],
  ["S", "sound off or on"],
  ["F", "full screen"],
];

function icon(name) {
  // Only ever one of the constants above.
  const box = document.createElement("span");
  box.className = "dfp-icon";
  box.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${ICONS[name]}</svg>`;
  return box.firstChild;
}

function button(name, label, act, { text = "", keys = "" } = {}) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = `dfp-button dfp-${name}`;
  if (ICONS[name]) element.append(icon(name));
  if (text) element.append(Object.assign(document.createElement("span"), { textContent: text }));
  relabel(element, label, keys);
  element.addEventListener("click", () => act());
  return element;
}

/** Change what a button is called, and its picture. */
export function relabel(element, label, keys = element.dataset.keys ?? "", picture = "") {
  element.dataset.keys = keys;
  element.setAttribute("aria-label", label);
  element.title = keys ? `${label} (${keys})` : label;
  if (keys) element.setAttribute("aria-keyshortcuts", keys);
  if (picture) element.querySelector("svg").replaceWith(icon(picture));
}

function group(label, ...children) {
  const element = document.createElement("div");
  element.className = "dfp-group";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  element.append(...children);
  return element;
}

function speedField(change) {
  const select = document.createElement("select");
  select.className = "dfp-speed";
  select.setAttribute("aria-label", "Speed");
  select.title = "Speed (< >)";
  for (const speed of SPEEDS) select.add(new Option(`${speed}×`, String(speed), speed === 1, speed === 1));
  select.addEventListener("change", () => change(Number(select.value)));
  return select;
}

function volumeField(change) {
  const range = document.createElement("input");
  Object.assign(range, { type: "range", min: "0", max: "1", step: "0.05", value: "1", className: "dfp-volume" });
  range.setAttribute("aria-label", "Volume");
  range.addEventListener("input", () => change(Number(range.value)));
  return range;
}

/** The bar under the timeline, and the parts of it that change. */
export function bar(player, readout) {
  const b = {
    play: button("play", "Play", () => player.toggle(), { keys: "Space" }),
    back: button("back", "One frame back", () => player.step(-1), { keys: "," }),
    forth: button("forth", "One frame on", () => player.step(1), { keys: "." }),
    loop: button("loop", "Loop", () => player.setLooping(!player.clock.looping), { keys: "L" }),
    front: button("front", "Camera in front", () => player.setAngle("front"), { text: "Front", keys: "1" }),
    side: button("side", "Camera from the side", () => player.setAngle("side"), { text: "Side", keys: "2" }),
    top: button("top", "Camera from above", () => player.setAngle("top"), { text: "Top", keys: "3" }),
    follow: button("follow", "Camera follows", () => player.setFollow(!player.orbit.follow), { text: "Follow", keys: "4" }),
    mode: button("body", "Body", () => player.nextMode(), { text: "Body", keys: "M" }),
    feet: button("feet", "Foot contacts", () => player.setContacts(!player.contacts), { text: "Feet", keys: "C" }),
    sound: button("sound", "Sound off", () => player.setMuted(!player.clock.audio.muted), { keys: "S" }),
    keys: button("keys", "Keys", () => player.showKeys(player.keyPanel.hidden), { keys: "?" }),
    full: button("full", "Full screen", () => player.toggleFull(), { keys: "F" }),
  };
  const speed = speedField((rate) => player.setRate(rate));
  const volume = volumeField((level) => player.setVolume(level));
  const element = document.createElement("div");
  element.className = "dfp-bar";
  element.append(
    group("Play", b.back, b.play, b.forth, readout),
    group("Speed and loop", speed, b.loop),
    group("Sound", b.sound, volume),
    group("Camera", b.front, b.side, b.top, b.follow),
    group("Dancer", b.mode, b.feet),
    group("Window", b.keys, b.full),
  );
  return { bar: element, buttons: b, speed, volume };
}

/** The list of keys, shown over the stage. */
export function keyList(close) {
  const panel = document.createElement("div");
  panel.className = "dfp-keylist";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", "Keys");
  const list = document.createElement("dl");
  for (const [key, meaning] of KEYS) {
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: key }));
    row.append(Object.assign(document.createElement("dd"), { textContent: meaning }));
    list.append(row);
  }
  panel.append(list);
  panel.addEventListener("click", close);
  return panel;
}
