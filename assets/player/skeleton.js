// A dancer's bones drawn as bones: tapered limbs and round joints, placed from the animated nodes every frame.

import { Color, CylinderGeometry, InstancedMesh, Matrix4, Mesh, MeshLambertMaterial, Quaternion } from "./vendor/three-0.187.min.js";
import { DynamicDrawUsage, SphereGeometry, Vector3 } from "./vendor/three-0.187.min.js";

const UP = new Vector3(0, 1, 0);
const LIMB = 0.021; // metres: the radius of a limb at its thick end
const JOINT = 0.028;
const HEAD = 0.095;
const HEAD_ABOVE = 0.085; // the centre of the head above its joint

/** The bones of a three.js skeleton by the suite's joint names, whatever stands before ("a_") or behind ("_1"). */
export function namedBones(bones, joints) {
  const found = new Map();
  for (const bone of bones) {
    const name = bone.name.replace(/^[ab]_/, "").replace(/_\d+$/, "");
    if (joints.includes(name) && !found.has(name)) found.set(name, bone);
  }
  return found;
}

export class Bones {
  constructor(bones, colour) {
    this.pairs = bones.filter((bone) => bones.includes(bone.parent)).map((bone) => [bone.parent, bone]);
    this.bones = bones;
    this.head = bones.find((bone) => /(^|_)head(_\d+)?$/.test(bone.name));
    const paint = () => new MeshLambertMaterial();
    this.limbs = new InstancedMesh(new CylinderGeometry(0.55, 1, 1, 10, 1), paint(), this.pairs.length);
    this.joints = new InstancedMesh(new SphereGeometry(1, 14, 10), paint(), bones.length);
    this.skull = new Mesh(new SphereGeometry(HEAD, 20, 14), paint());
    this.skull.visible = Boolean(this.head);
    for (const mesh of [this.limbs, this.joints]) {
      mesh.instanceMatrix.setUsage(DynamicDrawUsage);
      mesh.frustumCulled = false;
    }
    this.parts = [this.limbs, this.joints, this.skull];
    for (const mesh of this.parts) mesh.castShadow = true;
    this.#paint(new Color(colour));
  }

  // The right side is paler: which arm is which stays clear from every angle.
  #paint(colour) {
    const pale = colour.clone().lerp(new Color("#ffffff"), 0.5);
    const side = (bone) => (/right_/.test(bone.name) ? pale : colour);
    this.pairs.forEach(([, child], i) => this.limbs.setColorAt(i, side(child)));
    this.bones.forEach((bone, i) => this.joints.setColorAt(i, side(bone)));
    this.skull.material.color = colour;
  }

  /** Place every part; the nodes' world matrices must be up to date. */
  place() {
    this.pairs.forEach(([parent, child], i) => {
      from.setFromMatrixPosition(parent.matrixWorld);
      to.setFromMatrixPosition(child.matrixWorld);
      along.subVectors(to, from);
      const length = along.length();
      turn.setFromUnitVectors(UP, length > 0 ? along.divideScalar(length) : UP);
      size.set(LIMB, length, LIMB);
      matrix.compose(from.lerp(to, 0.5), turn, size);
      this.limbs.setMatrixAt(i, matrix);
    });
    size.setScalar(JOINT);
    turn.identity();
    this.bones.forEach((bone, i) => {
      this.joints.setMatrixAt(i, matrix.compose(from.setFromMatrixPosition(bone.matrixWorld), turn, size));
    });
    if (this.head) this.skull.position.set(0, HEAD_ABOVE, 0).applyMatrix4(this.head.matrixWorld);
    this.limbs.instanceMatrix.needsUpdate = true;
    this.joints.instanceMatrix.needsUpdate = true;
  }

  set visible(shown) {
    for (const mesh of this.parts) mesh.visible = shown && (mesh !== this.skull || Boolean(this.head));
  }

  dispose() {
    for (const mesh of this.parts) {
      mesh.geometry.dispose();
      mesh.material.dispose();
      mesh.dispose?.();
    }
  }
}

const [from, to, along, size] = [new Vector3(), new Vector3(), new Vector3(), new Vector3()];
const turn = new Quaternion();
const matrix = new Matrix4();
