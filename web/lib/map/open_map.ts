// Opens a map in an element: our style, tiles from our own file, fonts loaded first.
import {
  addProtocol,
  AttributionControl,
  Map as MapLibre,
  setWorkerUrl,
  type LngLatBoundsLike,
} from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { Protocol } from 'pmtiles';
import { cityStyle, FONTS } from './style';
import type { Theme } from './palette';

export interface MapWish {
  element: HTMLElement;
  theme: Theme;
  /** The address of the baked tiles, or null for a plain ground. */
  basemapUrl: string | null;
  bounds?: LngLatBoundsLike;
  padding?: number;
  /** The map shares the page's scrolling: one finger scrolls, two move the map. */
  together?: boolean;
  texts: Record<string, string>;
}

let prepared = false;

function prepare(): void {
  if (prepared) return;
  prepared = true;
  setWorkerUrl(workerUrl);
  addProtocol('pmtiles', new Protocol({ metadata: true }).tile);
}

/** Return a map that has loaded its style; raises where the browser cannot draw one. */
export async function openMap(wish: MapWish): Promise<MapLibre> {
  prepare();
  await fontsReady();
  const map = new MapLibre({
    container: wish.element,
    style: cityStyle(wish.theme, absolute(wish.basemapUrl)),
    ...(wish.bounds ? { bounds: wish.bounds, fitBoundsOptions: { padding: wish.padding ?? 40, maxZoom: 16 } } : {}),
    maxZoom: 18,
    minZoom: 3,
    fadeDuration: 0,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: wish.together ?? false,
    locale: wish.texts,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: false }));
  await new Promise<void>((resolve) => map.once('style.load', () => resolve()));
  return map;
}

/** Draw the same map in another theme; whoever added layers adds them again on `style.load`. */
export function repaint(map: MapLibre, theme: Theme, basemapUrl: string | null): void {
  map.setStyle(cityStyle(theme, absolute(basemapUrl)), { diff: false });
}

function absolute(path: string | null): string | null {
  return path === null ? null : new URL(path, location.href).href;
}

/** Labels are drawn from the page's fonts: a font that comes too late would not be drawn. */
async function fontsReady(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, 3000));
  const all = Promise.all(FONTS.map((name) => document.fonts.load(`500 14px "${name}"`, 'Aaя')));
  await Promise.race([all, late]).catch(() => undefined);
}
