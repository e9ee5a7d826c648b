// The map's style: our baked tiles where there are some, else a plain ground; labels from web fonts.
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  LineLayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { MAP_PALETTES, type MapPalette, type Theme } from './palette';

export const FONTS = ['Noto Sans Variable', 'Noto Sans Arabic Variable'];

/** Layers that draw live things go below this one, so that names stay readable. */
export const FIRST_LABEL = 'road-names';

const SOURCE = 'city';

/** Return the style for a theme; `tiles` is the address of a PMTiles file, or null for none. */
export function cityStyle(theme: Theme, tiles: string | null): StyleSpecification {
  const palette = MAP_PALETTES[theme];
  const ground: LayerSpecification = {
    id: 'land',
    type: 'background',
    paint: { 'background-color': palette.land },
  };
  if (tiles === null) return { version: 8, sources: {}, layers: [ground] };
  return {
    version: 8,
    sources: { [SOURCE]: { type: 'vector', url: `pmtiles://${tiles}` } },
    layers: [ground, ...areas(palette), ...roads(palette), ...names(palette)],
  };
}

function areas(palette: MapPalette): LayerSpecification[] {
  const fill = (kind: string, colour: string, minzoom = 0): LayerSpecification => ({
    id: kind,
    type: 'fill',
    source: SOURCE,
    'source-layer': 'areas',
    minzoom,
    filter: isA(kind),
    paint: { 'fill-color': colour, 'fill-antialias': kind !== 'landuse' },
  });
  const building = fill('building', palette.building, 14);
  if (building.type === 'fill') building.paint = { ...building.paint, 'fill-opacity': byZoom(14, 0, 15, 1) };
  return [
    fill('landuse', palette.built),
    fill('park', palette.park),
    fill('water', palette.water),
    building,
  ];
}

// Width in pixels at zoom 11, 14 and 17.
const WIDTHS = {
  service: [0, 0.7, 4],
  minor: [0.3, 1.4, 8],
  tertiary: [0.6, 2.2, 11],
  secondary: [0.9, 3, 14],
  primary: [1.3, 3.8, 17],
  motorway: [1.7, 4.6, 20],
} as const;

function roads(palette: MapPalette): LayerSpecification[] {
  const classes = (kind: keyof typeof WIDTHS): string[] =>
    kind === 'motorway' ? ['motorway', 'trunk'] : [kind];
  const kinds = Object.keys(WIDTHS) as (keyof typeof WIDTHS)[];
  const lines = (suffix: string, colour: (kind: keyof typeof WIDTHS) => string, more: number) =>
    kinds.map(
      (kind): LineLayerSpecification => ({
        id: `${kind}${suffix}`,
        type: 'line',
        source: SOURCE,
        'source-layer': 'roads',
        filter: isA(...classes(kind)),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': colour(kind), 'line-width': widths(WIDTHS[kind], more) },
      }),
    );
  const thin = (kind: string, colour: string, dash: number[], width: number): LineLayerSpecification => ({
    id: kind,
    type: 'line',
    source: SOURCE,
    'source-layer': 'roads',
    filter: isA(kind),
    paint: { 'line-color': colour, 'line-width': width, 'line-dasharray': dash },
  });
  return [
    thin('path', palette.roads.path, [2, 1.5], 0.9),
    thin('rail', palette.rail, [3, 2], 1.1),
    ...lines('-casing', () => palette.casing, 1.6).map((layer) => ({ ...layer, minzoom: 13 })),
    ...lines('', (kind) => palette.roads[kind], 0),
  ];
}

function names(palette: MapPalette): LayerSpecification[] {
  const paint = (colour: string) => ({
    'text-color': colour,
    'text-halo-color': palette.halo,
    'text-halo-width': 1.5,
  });
  const place = (id: string, kinds: string[], size: ExpressionSpecification, quiet: boolean, minzoom: number) =>
    ({
      id,
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'places',
      minzoom,
      filter: isA(...kinds),
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONTS,
        'text-size': size,
        'text-max-width': 8,
        'text-padding': 6,
      },
      paint: paint(quiet ? palette.labelQuiet : palette.label),
    }) satisfies LayerSpecification;
  return [
    {
      id: FIRST_LABEL,
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'roads',
      minzoom: 13.5,
      filter: isA('primary', 'secondary', 'tertiary', 'minor', 'trunk', 'motorway'),
      layout: {
        'symbol-placement': 'line',
        'text-field': ['get', 'name'],
        'text-font': FONTS,
        'text-size': byZoom(13.5, 10, 17, 13),
        'symbol-spacing': 320,
        'text-max-angle': 35,
      },
      paint: paint(palette.labelQuiet),
    },
    place('small-places', ['neighbourhood', 'hamlet', 'quarter'], byZoom(12, 10, 16, 13), true, 12),
    place('suburbs', ['suburb', 'village'], byZoom(10, 10, 15, 14), false, 11),
    place('towns', ['city', 'town'], byZoom(8, 12, 14, 19), false, 0),
  ];
}

function isA(...kinds: string[]): FilterSpecification {
  return ['in', ['get', 'class'], ['literal', kinds]];
}

function byZoom(fromZoom: number, from: number, toZoom: number, to: number): ExpressionSpecification {
  return ['interpolate', ['linear'], ['zoom'], fromZoom, from, toZoom, to];
}

function widths([at11, at14, at17]: readonly [number, number, number], more: number): ExpressionSpecification {
  const wide = (width: number): number => (width === 0 ? 0 : width + more);
  return ['interpolate', ['exponential', 1.5], ['zoom'], 11, wide(at11), 14, wide(at14), 17, wide(at17)];
}
