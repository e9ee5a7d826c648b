// A map layer that draws all couriers in one call; they glide on the graphics card between fixes.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { STRIDE, UNIT, type CourierBuffer } from './courier_buffer';
import { FRAGMENT, VERTEX } from './courier_shader';
import { channels, STATE_COLOURS, type Theme } from './palette';

const FRAME_MS = 33; // thirty frames a second are smooth enough for a city
const HIGHEST_STILL_ZOOM = 11; // below, a second's way is less than a pixel

/** Draws a CourierBuffer; add it below the first layer of labels. */
export class CourierLayer implements CustomLayerInterface {
  readonly id = 'couriers';
  readonly type = 'custom';
  readonly renderingMode = '2d';
  private map: MapLibre | null = null;
  private program: WebGLProgram | null = null;
  private memory: WebGLBuffer | null = null;
  private array: WebGLVertexArrayObject | null = null;
  private sizeBytes = 0;
  private repaintTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly buffer: CourierBuffer,
    private readonly theme: () => Theme,
    private readonly nowS: () => number = () => performance.now() / 1000,
  ) {}

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.program = build(gl);
    this.memory = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.sizeBytes = 0;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.memory);
    for (const [place, offset] of [[0, 0], [1, 8], [2, 16]] as const) {
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 2, gl.FLOAT, false, STRIDE, offset);
      gl.vertexAttribDivisor(place, 1);
    }
    gl.enableVertexAttribArray(3);
    gl.vertexAttribIPointer(3, 4, gl.UNSIGNED_BYTE, STRIDE, 24);
    gl.vertexAttribDivisor(3, 1);
    gl.bindVertexArray(null);
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    clearTimeout(this.repaintTimer);
    gl.deleteProgram(this.program);
    gl.deleteBuffer(this.memory);
    gl.deleteVertexArray(this.array);
    this.map = null;
  }

  /** Tell whether movement is worth drawing at this zoom. */
  glides(zoom: number): boolean {
    return zoom > HIGHEST_STILL_ZOOM;
  }

  /** Draw again soon: something in the buffer changed. */
  wake(): void {
    this.repaintTimer ??= setTimeout(() => {
      this.repaintTimer = undefined;
      this.map?.triggerRepaint();
    }, FRAME_MS);
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    if (!this.program || !this.map) return;
    this.upload(gl);
    if (this.buffer.count === 0) return;
    gl.useProgram(this.program);
    this.setUniforms(gl, this.program, input.defaultProjectionData.mainMatrix);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.buffer.count);
    gl.bindVertexArray(null);
    if (this.buffer.restlessUntilS > this.nowS()) this.wake();
  }

  private upload(gl: WebGL2RenderingContext): void {
    const { memory, first, last } = this.buffer;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.memory);
    if (memory.byteLength !== this.sizeBytes) {
      gl.bufferData(gl.ARRAY_BUFFER, memory, gl.DYNAMIC_DRAW);
      this.sizeBytes = memory.byteLength;
    } else if (last >= first) {
      const part = new Uint8Array(memory, first * STRIDE, (last - first + 1) * STRIDE);
      gl.bufferSubData(gl.ARRAY_BUFFER, first * STRIDE, part);
    }
    this.buffer.sent();
  }

  private setUniforms(gl: WebGL2RenderingContext, program: WebGLProgram, matrix: ArrayLike<number>): void {
    const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    const map = this.map;
    if (!map) return;
    const canvas = map.getCanvas();
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    const colours = STATE_COLOURS[this.theme()];
    gl.uniformMatrix4fv(at('u_matrix'), false, fromOrigin(matrix, this.buffer.origin));
    gl.uniform2f(at('u_viewport'), canvas.width, canvas.height);
    gl.uniform1f(at('u_now_s'), this.nowS());
    gl.uniform1f(at('u_radius_px'), radiusPx(map.getZoom()) * ratio);
    gl.uniform3fv(at('u_states'), colours.states.flatMap(channels));
    gl.uniform3fv(at('u_late'), channels(colours.late));
    gl.uniform3fv(at('u_edge'), channels(colours.edge));
    gl.uniform3fv(at('u_ring'), channels(colours.ring));
  }
}

/** Return the radius of a courier: small from afar, a thumb's width in the streets. */
export function radiusPx(zoom: number): number {
  return Math.min(9, Math.max(3.5, 4.5 + (zoom - 12) * 1.5));
}

/** Return the matrix for units from an origin; multiplied in float64 before it becomes float32. */
export function fromOrigin(matrix: ArrayLike<number>, [x, y]: readonly [number, number]): Float32Array {
  const m = Array.from({ length: 16 }, (_, i) => matrix[i] ?? 0);
  const column = (i: number, row: number): number => m[i * 4 + row] ?? 0;
  const out = new Float32Array(16);
  for (let row = 0; row < 4; row += 1) {
    out[row] = column(0, row) * UNIT;
    out[4 + row] = column(1, row) * UNIT;
    out[8 + row] = column(2, row);
    out[12 + row] = column(0, row) * x + column(1, row) * y + column(3, row);
  }
  return out;
}

function build(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('the graphics context is lost');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the couriers' shader does not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
