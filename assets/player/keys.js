// The keyboard of a player. Keys reach it only while the focus is inside it.

const here = new URL(import.meta.url);
const { SPEEDS } = await import(new URL(`controls.js${here.search}`, here).href);

const TURN = 0.12; // radians

function faster(player, step) {
  const place = SPEEDS.indexOf(player.clock.rate);
  player.setRate(SPEEDS[Math.min(Math.max(place + step, 0), SPEEDS.length - 1)]);
}

function edge(player, which) {
  const { time, duration, region } = player.clock;
  const next = which === 0 ? [time, region && region[1] > time ? region[1] : duration] : [region && region[0] < time ? region[0] : 0, time];
  if (next[1] - next[0] >= 0.2) player.setRegion(next);
}

const PLAIN = {
  " ": (player) => player.toggle(),
  k: (player) => player.toggle(),
  ArrowLeft: (player) => player.seek(player.clock.time - 1),
  ArrowRight: (player) => player.seek(player.clock.time + 1),
  ArrowUp: (player) => player.setVolume(player.clock.audio.volume + 0.1),
  ArrowDown: (player) => player.setVolume(player.clock.audio.volume - 0.1),
  Home: (player) => player.seek(0),
  End: (player) => player.seek(player.clock.duration),
  ",": (player) => player.step(-1),
  ".": (player) => player.step(1),
  "[": (player) => edge(player, 0),
  "]": (player) => edge(player, 1),
  l: (player) => player.setLooping(!player.clock.looping),
  1: (player) => player.setAngle("front"),
  2: (player) => player.setAngle("side"),
  3: (player) => player.setAngle("top"),
  4: (player) => player.setFollow(!player.orbit.follow),
  "+": (player) => player.zoom(1.15),
  "=": (player) => player.zoom(1.15),
  "-": (player) => player.zoom(1 / 1.15),
  m: (player) => player.nextMode(),
  c: (player) => player.setContacts(!player.contacts),
  s: (player) => player.setMuted(!player.clock.audio.muted),
  f: (player) => player.toggleFull(),
  "<": (player) => faster(player, -1),
  ">": (player) => faster(player, 1),
  "?": (player) => player.showKeys(player.keyPanel.hidden),
};

const SHIFTED = {
  ArrowLeft: (player) => player.turn(-TURN, 0),
  ArrowRight: (player) => player.turn(TURN, 0),
  ArrowUp: (player) => player.turn(0, TURN),
  ArrowDown: (player) => player.turn(0, -TURN),
};

function escape(player) {
  if (!player.keyPanel.hidden) player.showKeys(false);
  else if (player.clock.region) player.setRegion(null);
  else return false;
  return true;
}

export function handleKey(player, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { target, key } = event;
  if (target.closest("select, input")) return; // those fields have keys of their own
  if (target.closest("button") && (key === " " || key === "Enter")) return; // a button is pressed by its own keys
  if (!player.ready) return;
  if (key === "Escape") {
    if (escape(player)) event.preventDefault();
    return;
  }
  const act = (event.shiftKey && SHIFTED[key]) || PLAIN[key.length === 1 ? key.toLowerCase() : key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act(player);
}
