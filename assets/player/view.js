// One dance on its own stage: loads the GLB, sets the pose of any moment, and draws body, bones and foot contacts.

import {
  AdditiveBlending, AnimationMixer, CircleGeometry, Color, DirectionalLight, GLTFLoader, HemisphereLight, Mesh,
  NormalBlending, PerspectiveCamera, Scene, ShaderMaterial, Vector3,
} from "./vendor/three-0.187.min.js";

// Modules beside this one carry its version, so that a browser never mixes two releases of the player.
const version = new URL(import.meta.url).search;
const [{ FIELD_OF_VIEW }, { Floor }, { Bones, namedBones }] = await Promise.all(
  ["camera.js", "floor.js", "skeleton.js"].map((name) => import(new URL(name + version, import.meta.url).href)),
);

const FEET = ["left_ankle", "right_ankle", "left_foot", "right_foot"]; // the bits of a contact, lowest first
const MARK = 0.13; // metres, radius of a contact's glow
const SPOT = 0.55; // metres, radius of the dark spot that stands in for a cast shadow
const LINGER_S = 0.18; // how long a contact's glow takes to fade once the foot has left
const KEY_LIGHT = new Vector3(1.6, 4.6, 2.6);

export class View {
  /** @param spec one entry of the value's "dances"; @param joints the suite's joint names */
  constructor(spec, joints) {
    this.spec = spec;
    this.joints = joints;
    this.mode = "body";
    this.contacts = false;
    this.spots = false;
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 120);
    this.floor = new Floor();
    this.sky = new HemisphereLight("#ffffff", "#000000", 1);
    this.key = new DirectionalLight("#fff1df", 2.2);
    this.rim = new DirectionalLight("#9db4ff", 1.6);
    this.rim.position.set(-2.5, 3, -4);
    this.scene.add(this.floor.group, this.sky, this.key, this.key.target, this.rim);
    this.path = decodePath(spec.path);
    this.reach = spec.reach;
    this.#setShadow();
    this.dancers = [];
    this.abort = new AbortController();
  }

  #setShadow() {
    const half = this.reach + 0.7;
    Object.assign(this.key.shadow.camera, { left: -half, right: half, top: half, bottom: -half, near: 0.5, far: 14 });
    this.key.shadow.mapSize.set(1024, 1024);
    this.key.shadow.radius = 3;
    this.key.shadow.normalBias = 0.02;
    this.key.castShadow = true;
  }

  /** Fetch and prepare the dance. Rejects with a sentence to show. */
  async load() {
    const buffer = await fetchDance(this.spec, this.abort.signal);
    let file;
    try {
      file = await new GLTFLoader().parseAsync(buffer, "");
    } catch {
      throw new Error(`“${this.spec.name}” could not be read: its 3-D file is damaged.`);
    }
    if (this.abort.signal.aborted) return disposeTree(file.scene);
    if (!file.animations.length) throw new Error(`“${this.spec.name}” has no movement in it.`);
    this.scene.add(file.scene);
    this.mixer = new AnimationMixer(file.scene);
    this.action = this.mixer.clipAction(file.animations[0]).play();
    this.end = Math.max(file.animations[0].duration - 1e-4, 0); // at its very end a clip would wrap to its start
    this.body = file.scene;
    this.#findDancers(file.scene);
    if (!this.dancers.length) throw new Error(`“${this.spec.name}” has no dancer in it.`);
    this.setMode(this.mode);
    this.setContacts(this.contacts);
    this.#applyShadows();
    this.pose(0);
  }

  #findDancers(scene) {
    const found = new Map(); // first bone -> dancer
    scene.traverse((node) => {
      if (!node.isSkinnedMesh) return;
      node.frustumCulled = false; // its bounds are those of the rest pose
      node.castShadow = true;
      const bones = node.skeleton.bones;
      if (!found.has(bones[0])) found.set(bones[0], { bones, meshes: [], skeleton: node.skeleton });
      found.get(bones[0]).meshes.push(node);
    });
    [...found.values()].forEach((dancer, i) => {
      const colour = this.spec.colours[i] ?? "#ffffff";
      const named = namedBones(dancer.bones, this.joints);
      dancer.named = named;
      dancer.drawn = new Bones(dancer.bones, colour);
      dancer.marks = FEET.filter((name) => named.has(name)).map((name) => new Mark(named.get(name), colour));
      dancer.spot = new Mark(dancer.bones[0], "#000000", SPOT);
      dancer.contacts = this.spec.contacts[i] ?? "";
      this.scene.add(...dancer.drawn.parts, dancer.spot.mesh, ...dancer.marks.map((mark) => mark.mesh));
      this.dancers.push(dancer);
    });
  }

  /** Cast shadows, or a soft spot under each dancer where the machine is too slow for them. */
  setShadows(cast) {
    if (this.spots === !cast) return;
    this.spots = !cast;
    this.#applyShadows();
  }

  // Leaves the light's castShadow alone: switching that compiles every shader anew, a hitch in the middle of a dance.
  #applyShadows() {
    this.key.shadow.autoUpdate = !this.spots;
    this.floor.shadow.visible = !this.spots;
    for (const { spot, meshes } of this.dancers) {
      spot.mesh.visible = this.spots;
      for (const mesh of meshes) mesh.receiveShadow = !this.spots;
    }
  }

  setMode(mode) {
    this.mode = mode;
    for (const { drawn, meshes } of this.dancers) {
      drawn.visible = mode !== "body";
      for (const mesh of meshes) {
        mesh.visible = mode !== "bones";
        mesh.castShadow = mode === "body";
        mesh.material.transparent = mode === "both";
        mesh.material.opacity = mode === "both" ? 0.32 : 1;
        mesh.material.depthWrite = mode !== "both";
        mesh.material.needsUpdate = true;
      }
    }
  }

  setContacts(shown) {
    this.contacts = shown;
    for (const { marks } of this.dancers) for (const mark of marks) mark.mesh.visible = shown;
  }

  paint(theme) {
    this.floor.paint(theme);
    this.sky.color.set(theme.sky);
    this.sky.groundColor.set(theme.ground);
    this.sky.intensity = theme.skyStrength;
    this.rim.color.set(theme.rim);
    this.rim.intensity = theme.rimStrength;
    this.key.intensity = theme.keyStrength;
    for (const { marks } of this.dancers) for (const mark of marks) mark.paint(theme.dark);
  }

  /** Set every bone to the pose of a moment, seconds; after the dance's end its last pose stays. */
  pose(time) {
    this.time = time;
    if (!this.mixer) return;
    this.action.time = Math.min(Math.max(time, 0), this.end);
    this.mixer.update(0);
    this.body.updateMatrixWorld();
    for (const { drawn, marks, contacts, spot } of this.dancers) {
      if (this.spots) spot.place(0.5);
      if (this.mode !== "body") drawn.place();
      if (this.contacts) marks.forEach((mark, i) => mark.place(this.#planted(contacts, 1 << i)));
    }
  }

  // 1 while a foot is planted, fading to 0 within LINGER_S after: a function of the time alone, also when scrubbing.
  #planted(contacts, bit) {
    const { fps } = this.spec;
    const frame = Math.min(Math.floor(this.time * fps + 1e-6), contacts.length - 1);
    for (let back = 0; back <= LINGER_S * fps; back++) {
      if (parseInt(contacts[frame - back] ?? "0", 16) & bit) return 1 - back / (LINGER_S * fps + 1);
    }
    return 0;
  }

  /** Aim the camera, the key light and the floor's glow for the posed moment. */
  frame(orbit, aspect) {
    const walked = this.path.at(this.time);
    const [low, high] = this.spec.bounds;
    const share = orbit.now.follow;
    const mix = (still, moving) => still + (moving - still) * share;
    const centre = { x: (low[0] + high[0]) / 2, z: (low[2] + high[2]) / 2 };
    const aim = { x: mix(centre.x, walked.x), y: (low[1] + high[1]) / 2, z: mix(centre.z, walked.z) };
    const half = {
      x: mix((high[0] - low[0]) / 2, this.reach),
      y: (high[1] - low[1]) / 2 + 0.08,
      z: mix((high[2] - low[2]) / 2, this.reach),
    };
    this.camera.aspect = aspect;
    this.camera.updateProjectionMatrix();
    orbit.place(this.camera, aim, half, this.spec.front);
    this.key.target.position.set(walked.x, 0.8, walked.z);
    this.key.position.copy(KEY_LIGHT).applyAxisAngle(new Vector3(0, 1, 0), this.spec.front);
    this.key.position.x += walked.x;
    this.key.position.z += walked.z;
    this.floor.centre(walked.x, walked.z, this.reach + 1.4);
  }

  /** World position of a dancer's joint, metres, as drawn. */
  jointAt(dancer, name) {
    const bone = this.dancers[dancer]?.named.get(name);
    return bone ? new Vector3().setFromMatrixPosition(bone.matrixWorld).toArray() : null;
  }

  dispose() {
    this.abort.abort();
    this.mixer?.stopAllAction();
    this.floor.dispose();
    this.key.shadow.map?.dispose();
    this.key.dispose();
    for (const { drawn, marks, skeleton, spot } of this.dancers) {
      drawn.dispose();
      spot.dispose();
      skeleton.dispose();
      for (const mark of marks) mark.dispose();
    }
    if (this.body) disposeTree(this.body);
  }
}

/** A soft disc on the floor under a joint: light under a planted foot, dark under a body. */
class Mark {
  constructor(bone, colour, radius = MARK) {
    this.bone = bone;
    this.mesh = new Mesh(
      new CircleGeometry(radius, 32).rotateX(-Math.PI / 2),
      new ShaderMaterial({
        transparent: true,
        depthWrite: false,
        uniforms: {
          colour: { value: new Color(colour).convertLinearToSRGB() },
          strength: { value: 0 },
          ring: { value: radius === MARK ? 1 : 0 },
        },
        vertexShader: `varying vec2 at; void main() {
          at = position.xz / ${radius.toFixed(3)};
          gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
        fragmentShader: `varying vec2 at; uniform vec3 colour; uniform float strength; uniform float ring; void main() {
          float r = length(at);
          float edge = ring * smoothstep(0.62, 0.74, r) * (1.0 - smoothstep(0.84, 1.0, r));
          float fill = mix(1.0, 0.55, ring) * (1.0 - smoothstep(0.0, 0.95, r));
          gl_FragColor = vec4(colour, strength * max(edge, fill)); }`,
      }),
    );
    this.mesh.renderOrder = 1;
    this.mesh.position.y = 0.004;
  }

  paint(dark) {
    this.mesh.material.blending = dark ? AdditiveBlending : NormalBlending;
  }

  place(strength) {
    this.mesh.position.x = this.bone.matrixWorld.elements[12];
    this.mesh.position.z = this.bone.matrixWorld.elements[14];
    this.mesh.material.uniforms.strength.value = strength;
  }

  dispose() {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** The dancers' middle over time: base64 of int16 centimetres, x and z in turn, at path.fps. */
function decodePath({ fps, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const cm = new Int16Array(bytes.buffer);
  const last = cm.length / 2 - 1;
  return {
    at(time) {
      const place = Math.min(Math.max(time * fps, 0), last);
      const i = Math.min(Math.floor(place), Math.max(last - 1, 0));
      const j = Math.min(i + 1, last);
      const mix = (axis) => (cm[2 * i + axis] + (cm[2 * j + axis] - cm[2 * i + axis]) * (place - i)) / 100;
      return { x: mix(0), z: mix(1) };
    },
  };
}

async function fetchDance(spec, signal) {
  const lost = `“${spec.name}” could not be loaded. It may have expired: make or open the dance again.`;
  let answer;
  try {
    answer = await fetch(spec.file.url, { signal });
  } catch (problem) {
    if (signal.aborted) throw problem;
    throw new Error(`“${spec.name}” could not be loaded: the page lost its connection. Reload the page.`);
  }
  if (!answer.ok) throw new Error(lost);
  return answer.arrayBuffer();
}

function disposeTree(root) {
  root.traverse((node) => {
    node.geometry?.dispose();
    for (const material of [node.material ?? []].flat()) {
      material.map?.dispose();
      material.dispose();
    }
  });
}
