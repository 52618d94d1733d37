// The floor of a view: a pool of light, a grid that fades out (so that sliding feet show), and the dancers' shadow.

import { Color, Group, Mesh, PlaneGeometry, ShaderMaterial, ShadowMaterial, Vector2 } from "./vendor/three-0.187.min.js";

const HALF = 14; // metres

const VERTEX = `
varying vec2 place;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  place = world.xz;
  gl_Position = projectionMatrix * viewMatrix * world;
}`;

const FRAGMENT = `
varying vec2 place;
uniform vec2 centre;
uniform float reach;
uniform vec3 lineColour;
uniform float lineStrength;
uniform vec3 glowColour;
uniform float glowStrength;

float grid(vec2 at, float width) {
  vec2 size = max(fwidth(at), vec2(1e-5));
  vec2 off = abs(fract(at - 0.5) - 0.5) / size;
  float line = 1.0 - smoothstep(width - 0.5, width + 0.5, min(off.x, off.y));
  return line * clamp(1.2 - max(size.x, size.y) * 2.0, 0.0, 1.0); // far away the lines melt instead of flickering
}

void main() {
  float away = distance(place, centre);
  float fade = 1.0 - smoothstep(reach * 0.45, reach * 1.6, away);
  float lines = max(grid(place, 0.9), 0.35 * grid(place * 2.0, 0.6)) * lineStrength * fade;
  float glow = glowStrength * exp(-away * away / (0.55 * reach * reach));
  float alpha = lines + glow * (1.0 - lines);
  gl_FragColor = vec4(mix(glowColour, lineColour, lines / max(alpha, 1e-4)), alpha);
}`;

export class Floor {
  constructor() {
    this.group = new Group();
    const plane = new PlaneGeometry(2 * HALF, 2 * HALF).rotateX(-Math.PI / 2);
    this.light = new Mesh(
      plane,
      new ShaderMaterial({
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        transparent: true,
        depthWrite: false,
        uniforms: {
          centre: { value: new Vector2() },
          reach: { value: 3 },
          lineColour: { value: new Color() },
          lineStrength: { value: 0.3 },
          glowColour: { value: new Color() },
          glowStrength: { value: 0.3 },
        },
      }),
    );
    this.shadow = new Mesh(plane, new ShadowMaterial({ transparent: true, depthWrite: false }));
    this.shadow.receiveShadow = true;
    this.shadow.position.y = 0.002;
    this.light.renderOrder = -2;
    this.shadow.renderOrder = -1;
    this.group.add(this.light, this.shadow);
  }

  paint(theme) {
    const uniforms = this.light.material.uniforms;
    uniforms.lineColour.value.set(theme.grid).convertLinearToSRGB(); // the shader writes to the screen as it is
    uniforms.glowColour.value.set(theme.glow).convertLinearToSRGB();
    uniforms.lineStrength.value = theme.gridStrength;
    uniforms.glowStrength.value = theme.glowStrength;
    this.shadow.material.opacity = theme.shadow;
  }

  /** Keep the pool of light and the middle of the grid under the dancers. The grid itself stays with the world. */
  centre(x, z, reach) {
    this.light.material.uniforms.centre.value.set(x, z);
    this.light.material.uniforms.reach.value = reach;
    this.group.position.set(Math.round(x), 0, Math.round(z));
  }

  dispose() {
    this.light.geometry.dispose();
    this.light.material.dispose();
    this.shadow.material.dispose();
  }
}
