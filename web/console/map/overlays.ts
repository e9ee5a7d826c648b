// What the map shows besides streets and couriers: zones, a grid where there are no streets, orders
// that wait, and the way of what is selected.
import type { Feature, FeatureCollection, Geometry, LineString, Polygon } from 'geojson';
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import type { Zone } from '../../lib/api/views';
import { boxOf, type Box, type LatLng } from '../../lib/map/mercator';
import { MAP_PALETTES, STATE_COLOURS, type Theme } from '../../lib/map/palette';
import { FIRST_LABEL } from '../../lib/map/style';

const GRID_M = 1000;
const M_PER_DEGREE = 111_320;

export interface WaitingPin {
  orderId: string;
  place: LatLng;
  urgent: boolean;
}

/** Add empty sources and their layers to a fresh style, below the names. */
export function addOverlays(map: MapLibre, theme: Theme, hasTiles: boolean): void {
  const palette = MAP_PALETTES[theme];
  const colours = STATE_COLOURS[theme];
  for (const name of ['grid', 'outside', 'zones', 'way', 'trail', 'trail_place', 'waiting']) {
    map.addSource(name, { type: 'geojson', data: collection([]) });
  }
  const below = map.getLayer(FIRST_LABEL) ? FIRST_LABEL : undefined;
  const layers: LayerSpecification[] = [
    {
      id: 'grid',
      type: 'line',
      source: 'grid',
      layout: { visibility: hasTiles ? 'none' : 'visible' },
      paint: { 'line-color': palette.roads.service, 'line-width': 1 },
    },
    {
      id: 'outside',
      type: 'fill',
      source: 'outside',
      paint: { 'fill-color': palette.land, 'fill-opacity': 0.72 },
    },
    {
      id: 'zones',
      type: 'line',
      source: 'zones',
      paint: { 'line-color': palette.zone, 'line-width': 1.5, 'line-opacity': 0.7, 'line-dasharray': [4, 3] },
    },
    {
      id: 'way',
      type: 'line',
      source: 'way',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.line, 'line-width': 2, 'line-dasharray': [0.5, 2] },
    },
    {
      id: 'trail',
      type: 'line',
      source: 'trail',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.line, 'line-width': 3, 'line-opacity': 0.7 },
    },
    {
      id: 'trail_place',
      type: 'circle',
      source: 'trail_place',
      paint: {
        'circle-radius': 7,
        'circle-color': palette.line,
        'circle-stroke-width': 2,
        'circle-stroke-color': palette.land,
      },
    },
    {
      id: 'waiting',
      type: 'circle',
      source: 'waiting',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 2.5, 15, 6],
        'circle-color': palette.land,
        'circle-stroke-width': 2,
        'circle-stroke-color': ['case', ['get', 'urgent'], colours.late, colours.states[1] ?? palette.line],
      },
    },
  ];
  for (const layer of layers) map.addLayer(layer, below);
}

export function showZones(map: MapLibre, zones: Zone[]): void {
  setData(map, 'zones', zones.map((zone) => feature(zone.polygon)));
  setData(map, 'outside', zones.length ? [feature(outsideOf(zones))] : []);
  const box = zonesBox(zones);
  if (box) setData(map, 'grid', gridOf(box));
}

export function showWaiting(map: MapLibre, pins: WaitingPin[]): void {
  const features = pins.map(({ orderId, place, urgent }) =>
    feature({ type: 'Point', coordinates: [place.lng, place.lat] }, { orderId, urgent }),
  );
  setData(map, 'waiting', features);
}

/** Show the way through these places, or none. */
export function showWay(map: MapLibre, places: LatLng[]): void {
  const coordinates = places.map(({ lng, lat }) => [lng, lat]);
  setData(map, 'way', places.length > 1 ? [feature({ type: 'LineString', coordinates })] : []);
}

/** Show a way that was gone, or none. */
export function showTrail(map: MapLibre, places: LatLng[]): void {
  const coordinates = places.map(({ lng, lat }) => [lng, lat]);
  setData(map, 'trail', places.length > 1 ? [feature({ type: 'LineString', coordinates })] : []);
}

/** Show where somebody was at one moment of it. */
export function showTrailPlace(map: MapLibre, place: LatLng | null): void {
  setData(map, 'trail_place', place ? [feature({ type: 'Point', coordinates: [place.lng, place.lat] })] : []);
}

/** Return the box around all zones, or null where there are none. */
export function zonesBox(zones: Zone[]): Box | null {
  return zones.length ? boxOf(zones.map((zone) => zone.polygon.coordinates)) : null;
}

/** Return the world without the zones: what is nobody's business is drawn faintly. */
function outsideOf(zones: Zone[]): Polygon {
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const holes = zones.flatMap(({ polygon }) =>
    polygon.type === 'Polygon' ? polygon.coordinates.slice(0, 1) : polygon.coordinates.flatMap((one) => one.slice(0, 1)),
  );
  return { type: 'Polygon', coordinates: [world, ...holes] };
}

/** Return lines a kilometre apart, so that a map without streets still shows how far things are. */
export function gridOf([west, south, east, north]: Box): Feature<LineString>[] {
  const stepLat = GRID_M / M_PER_DEGREE;
  const stepLng = stepLat / Math.cos((((south + north) / 2) * Math.PI) / 180);
  const lines: Feature<LineString>[] = [];
  const line = (coordinates: number[][]): void => {
    lines.push(feature({ type: 'LineString', coordinates }));
  };
  const most = 200;
  for (let i = 0, lng = west; lng <= east && i < most; i += 1, lng += stepLng) line([[lng, south], [lng, north]]);
  for (let i = 0, lat = south; lat <= north && i < most; i += 1, lat += stepLat) line([[west, lat], [east, lat]]);
  return lines;
}

function setData(map: MapLibre, source: string, features: Feature[]): void {
  map.getSource<GeoJSONSource>(source)?.setData(collection(features));
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

function feature<G extends Geometry>(geometry: G, properties: Record<string, unknown> = {}): Feature<G> {
  return { type: 'Feature', geometry, properties };
}
