// Prints Khronos' validation report of GLB files as one JSON list: node validate_gltf.mjs FILE...
import { readFile } from "node:fs/promises";
import validator from "gltf-validator";

const reports = [];
for (const path of process.argv.slice(2)) {
  const report = await validator.validateBytes(new Uint8Array(await readFile(path)), { maxIssues: 20 });
  reports.push({ path, ...report.issues, info: report.info });
}
console.log(JSON.stringify(reports));
