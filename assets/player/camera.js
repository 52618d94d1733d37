// Where the cameras stand: one orbit shared by all views of a player, so that dances are compared from one angle.

export const ANGLES = {
  front: { azimuth: 0, elevation: 0.1 },
  side: { azimuth: Math.PI / 2, elevation: 0.1 },
  top: { azimuth: 0, elevation: Math.PI / 2 - 0.01 },
};
export const FIELD_OF_VIEW = 28; // degrees, vertical: long enough that bodies keep their proportions
const EASE_MS = 450;
const ELEVATION = [0.02, Math.PI / 2 - 0.01]; // never below the floor
const ZOOM = [0.35, 4];
const MARGIN = 1.02; // beyond the box; only the nearer part of its depth is stepped back for: corners are seldom filled

const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);

export class Orbit {
  /** @param {() => boolean} calm whether the visitor asked for reduced motion: then the camera jumps. */
  constructor(calm) {
    this.calm = calm;
    this.angle = "front"; // the named angle, or "" after a turn by hand
    this.follow = true;
    this.to = { ...ANGLES.front, zoom: 1, follow: 1 };
    this.now = { ...this.to };
    this.since = 0;
    this.from = { ...this.to };
  }

  choose(angle) {
    this.angle = angle;
    this.#ease({ ...ANGLES[angle], zoom: 1 });
  }

  setFollow(follow) {
    this.follow = follow;
    this.#ease({ follow: follow ? 1 : 0 });
  }

  turn(azimuth, elevation) {
    this.angle = "";
    this.to.azimuth += azimuth;
    this.to.elevation = clamp(this.to.elevation + elevation, ELEVATION);
    Object.assign(this.now, { azimuth: this.to.azimuth, elevation: this.to.elevation });
  }

  zoom(factor) {
    this.to.zoom = clamp(this.to.zoom * factor, ZOOM);
    this.now.zoom = this.to.zoom;
  }

  #ease(change) {
    // The short way round, from wherever the hand left it.
    const turn = 2 * Math.PI;
    this.now.azimuth -= turn * Math.round((this.now.azimuth - (change.azimuth ?? this.to.azimuth)) / turn);
    Object.assign(this.to, change);
    this.from = { ...this.now };
    this.since = this.calm() ? 0 : performance.now();
  }

  /** Advance the easing; true while the camera still moves by itself. */
  tick(now) {
    const share = clamp((now - this.since) / EASE_MS, [0, 1]);
    const eased = 1 - (1 - share) ** 3;
    for (const key of Object.keys(this.to)) {
      this.now[key] = share < 1 ? this.from[key] + (this.to[key] - this.from[key]) * eased : this.to[key];
    }
    return share < 1;
  }

  /**
   * Place a camera so that a box fits the view.
   * @param camera a perspective camera whose aspect is set
   * @param centre {x, y, z} metres; half {x, y, z} the box's half sizes; front the azimuth that counts as "front"
   */
  place(camera, centre, half, front) {
    const azimuth = this.now.azimuth + front;
    const { elevation, zoom } = this.now;
    const [sa, ca, se, ce] = [Math.sin(azimuth), Math.cos(azimuth), Math.sin(elevation), Math.cos(elevation)];
    const extent = (x, y, z) => Math.abs(x) * half.x + Math.abs(y) * half.y + Math.abs(z) * half.z;
    const across = extent(ca, 0, -sa);
    const up = extent(-sa * se, ce, -ca * se);
    const deep = extent(sa * ce, se, ca * ce);
    const slope = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    const distance = (Math.max(up / slope, across / (slope * camera.aspect)) * MARGIN + 0.6 * deep) / zoom;
    camera.position.set(centre.x + sa * ce * distance, centre.y + se * distance, centre.z + ca * ce * distance);
    camera.lookAt(centre.x, centre.y, centre.z);
  }
}

/** Turn and zoom an orbit by mouse, touch and wheel over an element. One finger turns, its vertical moves scroll. */
export function steer(element, orbit, { changed, clicked, wheelAllowed }) {
  const pointers = new Map();
  let travelled = 0;
  let spread = 0;
  const reach = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled = pointers.size > 1 ? Infinity : 0;
    if (pointers.size === 2) spread = reach();
  });
  element.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled += Math.abs(dx) + Math.abs(dy);
    if (travelled < 4) return;
    if (pointers.size === 2) {
      const wider = reach();
      if (spread > 0) orbit.zoom(wider / spread);
      spread = wider;
      orbit.turn(0, dy * 0.003);
    } else orbit.turn(-dx * 0.008, event.pointerType === "touch" ? 0 : dy * 0.006);
    changed();
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && travelled < 4 && pointers.size === 0) clicked(event);
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener(
    "wheel",
    (event) => {
      if (!wheelAllowed(event)) return; // the page scrolls
      event.preventDefault();
      orbit.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.03 : 0.0012)));
      changed();
    },
    { passive: false },
  );
}
