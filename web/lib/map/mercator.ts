// Web mercator as maps draw it: the world is a square from 0 to 1.

const EARTH_M = 40_075_016.686;
const EARTH_RADIUS_M = 6_371_000;

export function mercatorX(lng: number): number {
  return (lng + 180) / 360;
}

export function mercatorY(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Return how many mercator units a metre is at a latitude. */
export function unitsPerMetre(lat: number): number {
  return 1 / (EARTH_M * Math.cos((lat * Math.PI) / 180));
}

export interface LatLng {
  lat: number;
  lng: number;
}

/** Return the great-circle distance in metres. */
export function distanceM(from: LatLng, to: LatLng): number {
  const half = Math.PI / 360;
  const a =
    Math.sin((to.lat - from.lat) * half) ** 2 +
    Math.cos(from.lat * 2 * half) * Math.cos(to.lat * 2 * half) * Math.sin((to.lng - from.lng) * half) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(1, a)));
}

export type Box = [west: number, south: number, east: number, north: number];

/** Return the box around `[lng, lat]` positions, nested as GeoJSON nests them. */
export function boxOf(coordinates: unknown): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (one: unknown): void => {
    if (!Array.isArray(one)) return;
    if (typeof one[0] !== 'number') return one.forEach(visit);
    const [lng, lat] = one as [number, number];
    box[0] = Math.min(box[0], lng);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lng);
    box[3] = Math.max(box[3], lat);
  };
  visit(coordinates);
  return box;
}
