// The map of one order: shop, door, and the courier gliding between.
import type { FeatureCollection } from 'geojson';
import { Marker, type GeoJSONSource, type Map as MapLibre } from 'maplibre-gl';
import '../lib/styles/map.css';
import { CourierBuffer } from '../lib/map/courier_buffer';
import { CourierLayer } from '../lib/map/courier_layer';
import { boxOf, unitsPerMetre, type LatLng } from '../lib/map/mercator';
import { openMap } from '../lib/map/open_map';
import { MAP_PALETTES, type Theme } from '../lib/map/palette';
import { FIRST_LABEL } from '../lib/map/style';
import { iconElement, type IconName } from '../lib/ui/icons';
import type { Following } from './following';
import { t } from './speech';
import { isAboard, isUnderWay, type Chapter } from './story';
import type { FollowedPosition, TrackingView } from './view';

const AREA_M = 500;
const PADDING_PX = 56;
const LONGEST_GLIDE_S = 3;
const CARRYING = 2;
const TO_PICKUP = 1;

const nowS = (): number => performance.now() / 1000;

export class FollowMap {
  private readonly buffer: CourierBuffer;
  private readonly layer: CourierLayer;
  /** Where the courier is shown to be, [lat, lng]; null where nobody may know exactly. */
  shown: [number, number] | null = null;
  private movedAtS = 0;
  private pickup: Marker | null = null;

  private constructor(
    private readonly map: MapLibre,
    view: TrackingView,
    private readonly theme: Theme,
  ) {
    this.buffer = new CourierBuffer(placeOf(view.dropoff), 1);
    this.layer = new CourierLayer(this.buffer, () => theme);
    this.addArea();
    map.addLayer(this.layer, map.getLayer(FIRST_LABEL) ? FIRST_LABEL : undefined);
    this.pickup = pin(map, view.pickup, 'bag', 'pickup', theme);
    pin(map, view.dropoff, 'door', 'dropoff', theme);
  }

  /** Open the map; raises where the browser cannot draw one. */
  static async open(element: HTMLElement, following: Following, theme: Theme): Promise<FollowMap> {
    const view = following.view.value;
    if (!view) throw new Error('nothing to show yet');
    const map = await openMap({
      element,
      theme,
      basemapUrl: following.installation.basemapUrl,
      bounds: boxOf(pointsOf(view)),
      padding: PADDING_PX,
      together: true,
      texts: {
        'CooperativeGesturesHandler.MobileHelpText': t('map_hint'),
        'CooperativeGesturesHandler.WindowsHelpText': t('map_hint_mouse'),
        'CooperativeGesturesHandler.MacHelpText': t('map_hint_mac'),
        'Map.Title': t('map'),
      },
    });
    return new FollowMap(map, view, theme);
  }

  /** Show where the courier is now, as exactly as we may know it. */
  show(view: TrackingView, chapter: Chapter): void {
    const position = isUnderWay(chapter) ? view.position : null;
    this.showArea(position && !position.exact ? position : null);
    this.shown = position?.exact ? [position.latitude, position.longitude] : null;
    if (position?.exact) this.moveCourier(view, position);
    else if (this.buffer.count > 0) this.buffer.remove(0);
    if (isAboard(view)) this.pickup?.getElement().classList.add('left');
    this.layer.wake();
  }

  remove(): void {
    this.map.remove();
  }

  private moveCourier(view: TrackingView, position: FollowedPosition): void {
    const at = nowS();
    const isNew = this.buffer.count === 0;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const glideS = isNew || calm ? 0 : Math.min(LONGEST_GLIDE_S, at - this.movedAtS);
    this.movedAtS = at;
    this.buffer.move(0, placeOf(position), at, glideS);
    this.buffer.dress(0, {
      state: isAboard(view) ? CARRYING : TO_PICKUP,
      headingDeg: position.headingDeg ?? 0,
      moving: position.headingDeg !== null,
      staleness: 0,
      late: false,
      selected: true,
      hidden: false,
    });
    this.keepInSight(view, position);
  }

  private keepInSight(view: TrackingView, position: FollowedPosition): void {
    const { x, y } = this.map.project([position.longitude, position.latitude]);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const edge = PADDING_PX / 2;
    const seen = x > edge && y > edge && x < clientWidth - edge && y < clientHeight - edge;
    if (seen || this.map.isMoving()) return;
    this.map.fitBounds(boxOf(pointsOf(view)), { padding: PADDING_PX, maxZoom: 16, duration: 800 });
  }

  private addArea(): void {
    const colour = MAP_PALETTES[this.theme].line;
    this.map.addSource('area', { type: 'geojson', data: nothing() });
    this.map.addLayer({
      id: 'area',
      type: 'circle',
      source: 'area',
      paint: {
        'circle-color': colour,
        'circle-opacity': 0.12,
        'circle-stroke-color': colour,
        'circle-stroke-opacity': 0.5,
        'circle-stroke-width': 1.5,
      },
    });
  }

  private showArea(position: FollowedPosition | null): void {
    const source = this.map.getSource<GeoJSONSource>('area');
    if (!position) return void source?.setData(nothing());
    // A circle layer measures pixels: at zoom z the world is 512 x 2^z of them.
    const worlds = AREA_M * unitsPerMetre(position.latitude) * 512;
    this.map.setPaintProperty('area', 'circle-radius', [
      'interpolate', ['exponential', 2], ['zoom'], 0, worlds, 22, worlds * 2 ** 22,
    ]);
    source?.setData({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Point', coordinates: [position.longitude, position.latitude] },
    });
  }
}

function nothing(): FeatureCollection {
  return { type: 'FeatureCollection', features: [] };
}

function placeOf({ latitude, longitude }: { latitude: number; longitude: number }): LatLng {
  return { lat: latitude, lng: longitude };
}

function pointsOf(view: TrackingView): number[][] {
  const shown = isAboard(view)
    ? [view.dropoff, view.position]
    : [view.pickup, view.dropoff, view.position];
  return shown.filter((one) => one !== null).map(({ latitude, longitude }) => [longitude, latitude]);
}

function pin(map: MapLibre, place: { latitude: number; longitude: number }, icon: IconName, kind: string, theme: Theme): Marker {
  const element = document.createElement('div');
  element.className = `pin ${kind} ${theme}`;
  element.append(iconElement(icon));
  return new Marker({ element }).setLngLat([place.longitude, place.latitude]).addTo(map);
}
