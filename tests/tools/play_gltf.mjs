// Plays a GLB with three.js and prints what it sees as JSON: node play_gltf.mjs FILE VERTEX_STEP TIME...
// {times: [{joints: {name: [x, y, z]}, meshes: {name: [[x, y, z] of every VERTEX_STEP-th vertex]}}], duration}
import { readFile } from "node:fs/promises";
import { AnimationMixer, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

globalThis.self = globalThis; // the loader was made for browsers

const [path, step, ...times] = process.argv.slice(2);
const file = await readFile(path);
const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
const gltf = await new GLTFLoader().parseAsync(bytes, "");
const mixer = new AnimationMixer(gltf.scene);
const action = mixer.clipAction(gltf.animations[0]).play();
action.clampWhenFinished = true;
action.setLoop(2200); // once

function look(time) {
  mixer.setTime(0);
  action.reset().play();
  mixer.setTime(Number(time));
  gltf.scene.updateMatrixWorld(true);
  const joints = {};
  const meshes = {};
  gltf.scene.traverse((object) => {
    if (object.isBone) joints[object.name] = object.getWorldPosition(new Vector3()).toArray();
    if (!object.isSkinnedMesh) return;
    object.skeleton.update();
    meshes[object.name] = [];
    for (let index = 0; index < object.geometry.attributes.position.count; index += Number(step)) {
      const vertex = object.getVertexPosition(index, new Vector3());
      meshes[object.name].push(object.localToWorld(vertex).toArray());
    }
  });
  return { joints, meshes };
}

console.log(JSON.stringify({ times: times.map(look), duration: gltf.animations[0].duration, scene: gltf.scene.userData }));
