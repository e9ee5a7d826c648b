// How a courier is drawn: one square per courier, its shape worked out per pixel.

export const VERTEX = `#version 300 es
uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_now_s;
uniform float u_radius_px;
layout(location = 0) in vec2 a_from;
layout(location = 1) in vec2 a_to;
layout(location = 2) in vec2 a_glide;
layout(location = 3) in uvec4 a_look;
out vec2 v_px;
flat out float v_radius;
flat out uvec4 v_look;

const float MARGIN = 2.6;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  float share = clamp((u_now_s - a_glide.x) / a_glide.y, 0.0, 1.0);
  vec4 place = u_matrix * vec4(mix(a_from, a_to, share), 0.0, 1.0);
  bool selected = (a_look.y & 4u) != 0u;
  v_radius = u_radius_px * (selected ? 1.3 : a_look.x == 0u || a_look.x == 4u ? 0.85 : 1.0);
  v_px = corner * v_radius * MARGIN;
  v_look = a_look;
  if ((a_look.y & 8u) != 0u) v_px = vec2(0.0); // hidden: a square without extent
  gl_Position = place + vec4(v_px / u_viewport * 2.0 * place.w, 0.0, 0.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 u_states[5];
uniform vec3 u_late;
uniform vec3 u_edge;
uniform vec3 u_ring;
in vec2 v_px;
flat in float v_radius;
flat in uvec4 v_look;
out vec4 colour;

const float TURN = 6.28318530718;

float inside(float far) { return clamp(0.5 - far, 0.0, 1.0); }

float box(vec2 p, float half_px, float round_px) {
  vec2 d = abs(p) - half_px + round_px;
  return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - round_px;
}

// A wedge that points where the courier goes.
float wedge(vec2 p) {
  float turn = float(v_look.z) / 256.0 * TURN;
  vec2 q = vec2(p.x * cos(turn) - p.y * sin(turn), p.x * sin(turn) + p.y * cos(turn)) / v_radius;
  float side = abs(q.x) * 0.83 + (q.y - 1.95) * 0.56;
  return max(side, 0.35 - q.y) * v_radius;
}

void main() {
  bool moving = (v_look.y & 1u) != 0u;
  bool late = (v_look.y & 2u) != 0u;
  bool selected = (v_look.y & 4u) != 0u;
  uint staleness = v_look.w;
  float far = length(v_px) - v_radius;
  if (v_look.x == 3u) far = box(v_px, v_radius * 0.88, v_radius * 0.3);
  else if (moving && staleness < 2u) far = min(far, wedge(v_px));
  vec3 fill = u_states[min(v_look.x, 4u)];
  float body = inside(far);
  float edge = inside(far - 1.5);
  float alpha = edge;
  vec3 tone = mix(u_edge, fill, body);
  if (staleness == 2u) {
    float dash = step(0.35, fract(atan(v_px.y, v_px.x) / TURN * 8.0));
    alpha = inside(abs(far + 0.5) - 1.1) * dash * 0.8;
    tone = fill;
  } else if (staleness == 1u) {
    alpha *= 0.5;
  }
  if (late) {
    float ring = inside(abs(length(v_px) - v_radius * 1.75) - 1.1);
    tone = mix(tone, u_late, ring);
    alpha = max(alpha, ring);
  }
  if (selected) {
    float ring = inside(abs(length(v_px) - v_radius * 2.2) - 1.1);
    tone = mix(tone, u_ring, ring);
    alpha = max(alpha, ring);
  }
  colour = vec4(tone * alpha, alpha);
}`;
