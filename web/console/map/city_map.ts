// The dispatcher's map: opens it, keeps it in step with the city, and tells what was clicked.
import { LngLatBounds, Marker, MercatorCoordinate, NavigationControl, ScaleControl, type Map as MapLibre, type MapMouseEvent } from 'maplibre-gl';
import '../../lib/styles/map.css';
import { CourierLayer, radiusPx } from '../../lib/map/courier_layer';
import type { LatLng } from '../../lib/map/mercator';
import { openMap, repaint } from '../../lib/map/open_map';
import type { Theme } from '../../lib/map/palette';
import { FIRST_LABEL } from '../../lib/map/style';
import { iconElement } from '../../lib/ui/icons';
import type { City } from '../state/city';
import type { LiveCourier, Watcher } from '../state/fleet';
import { CourierMarks, type Emphasis } from './courier_marks';
import { addOverlays, showTrail, showTrailPlace, showWaiting, showWay, showZones, zonesBox, type WaitingPin } from './overlays';

const VIEW_PAUSE_MS = 150;
const VIEW_MARGIN = 0.12;
const CLICK_PX = 6;

export interface Clicks {
  /** Couriers under the pointer, the nearest first, and where it is in pixels. */
  couriers: (ids: string[], at: { x: number; y: number }) => void;
  order: (orderId: string) => void;
  nothing: () => void;
  follow: (courierId: string) => void;
}

export interface Stop {
  place: LatLng;
  kind: 'pickup' | 'dropoff';
  done: boolean;
}

const nowS = (): number => performance.now() / 1000;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class CityMap implements Watcher {
  readonly marks: CourierMarks;
  private readonly layer: CourierLayer;
  private stops: Marker[] = [];
  private way: LatLng[] = [];
  private waiting: WaitingPin[] = [];
  private trail: LatLng[] = [];
  private trailPlace: LatLng | null = null;
  private viewTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    readonly map: MapLibre,
    private readonly city: City,
    private theme: Theme,
    clicks: Clicks,
  ) {
    const { lat, lng } = map.getCenter();
    this.marks = new CourierMarks({ lat, lng });
    this.layer = new CourierLayer(this.marks.buffer, () => this.theme);
    map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    map.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-left');
    this.addLayers();
    this.listen(clicks);
    city.fleet.watcher = this;
    for (const courier of city.fleet.couriers.values()) this.marks.move(courier, nowS(), false);
    this.look();
  }

  /** Open the map over the zones; raises where the browser cannot draw one. */
  static async open(element: HTMLElement, city: City, theme: Theme, texts: Record<string, string>, clicks: Clicks): Promise<CityMap> {
    const box = zonesBox(city.zones.value);
    const map = await openMap({
      element,
      theme,
      texts,
      basemapUrl: city.installation.basemapUrl,
      ...(box ? { bounds: box } : {}),
      padding: 16,
    });
    return new CityMap(map, city, theme, clicks);
  }

  moved(courier: LiveCourier): void {
    const glides = this.layer.glides(this.map.getZoom()) && !calm.matches;
    this.marks.move(courier, nowS(), glides);
    this.layer.wake();
  }

  left(id: string): void {
    this.marks.remove(id);
    this.layer.wake();
  }

  emphasise(emphasis: Emphasis): void {
    this.marks.dressAll(this.city.fleet.couriers, emphasis, Date.now());
    this.layer.wake();
  }

  showZones(): void {
    showZones(this.map, this.city.zones.value);
  }

  showWaiting(pins: WaitingPin[]): void {
    this.waiting = pins;
    showWaiting(this.map, pins);
  }

  /** Show the stops of what is selected and the way through them. */
  showStops(stops: Stop[], way: LatLng[]): void {
    for (const marker of this.stops) marker.remove();
    this.stops = stops.map(({ place, kind, done }) => {
      const element = document.createElement('div');
      element.className = done ? `pin ${kind} left` : `pin ${kind}`;
      element.append(iconElement(kind === 'pickup' ? 'bag' : 'door'));
      return new Marker({ element }).setLngLat(place).addTo(this.map);
    });
    this.way = way;
    showWay(this.map, way);
  }

  showWay(way: LatLng[]): void {
    this.way = way;
    showWay(this.map, way);
  }

  /** Show the way that is played again. */
  showTrail(places: LatLng[]): void {
    this.trail = places;
    showTrail(this.map, places);
  }

  showTrailPlace(place: LatLng | null): void {
    this.trailPlace = place;
    showTrailPlace(this.map, place);
  }

  /** Bring these places into sight; without any, the zones. */
  fit(places: LatLng[]): void {
    const bounds = new LngLatBounds();
    for (const place of places) bounds.extend([place.lng, place.lat]);
    const box = zonesBox(this.city.zones.value);
    if (places.length === 0 && box) bounds.extend(box);
    if (bounds.isEmpty()) return;
    this.map.fitBounds(bounds, { padding: places.length ? 90 : 16, maxZoom: 15.5, duration: calm.matches ? 0 : 400 });
  }

  /** Bring the map to a courier if it is near or past the edge. */
  keepInSight(courier: LiveCourier): void {
    if (this.map.isMoving()) return;
    this.map.easeTo({ center: [courier.lng, courier.lat], duration: calm.matches ? 0 : 900, essential: false });
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.map.once('style.load', () => this.addLayers());
    repaint(this.map, theme, this.city.installation.basemapUrl);
  }

  remove(): void {
    clearTimeout(this.viewTimer);
    this.city.fleet.watcher = null;
    this.map.remove();
  }

  /** Return where a courier is drawn now, in pixels of the map. */
  project(courierId: string): { x: number; y: number } | null {
    const place = this.marks.placeOf(courierId, nowS());
    if (!place) return null;
    const { x, y } = this.map.project(new MercatorCoordinate(place[0], place[1]).toLngLat());
    return { x, y };
  }

  private addLayers(): void {
    addOverlays(this.map, this.theme, this.city.installation.basemapUrl !== null);
    this.map.addLayer(this.layer, this.map.getLayer(FIRST_LABEL) ? FIRST_LABEL : undefined);
    this.showZones();
    this.showWaiting(this.waiting);
    showWay(this.map, this.way);
    showTrail(this.map, this.trail);
    showTrailPlace(this.map, this.trailPlace);
  }

  private listen(clicks: Clicks): void {
    this.map.on('moveend', () => {
      clearTimeout(this.viewTimer);
      this.viewTimer = setTimeout(() => this.look(), VIEW_PAUSE_MS);
    });
    this.map.on('click', (event) => this.clicked(event, clicks));
    this.map.on('dblclick', (event) => {
      const id = this.couriersAt(event)[0];
      if (!id) return;
      event.preventDefault();
      clicks.follow(id);
    });
    this.map.on('mousemove', (event) => {
      const over = this.couriersAt(event).length > 0 || this.orderAt(event) !== null;
      this.map.getCanvas().style.cursor = over ? 'pointer' : '';
    });
  }

  private clicked(event: MapMouseEvent, clicks: Clicks): void {
    const ids = this.couriersAt(event);
    const order = this.orderAt(event);
    if (ids.length > 0) clicks.couriers(ids, event.point);
    else if (order) clicks.order(order);
    else clicks.nothing();
  }

  private couriersAt(event: MapMouseEvent): string[] {
    const { x, y } = MercatorCoordinate.fromLngLat(event.lngLat);
    const reach = (radiusPx(this.map.getZoom()) + CLICK_PX) / (512 * 2 ** this.map.getZoom());
    return this.marks.near(x, y, reach, nowS(), this.city.fleet.couriers);
  }

  private orderAt(event: MapMouseEvent): string | null {
    const around: [[number, number], [number, number]] = [
      [event.point.x - CLICK_PX, event.point.y - CLICK_PX],
      [event.point.x + CLICK_PX, event.point.y + CLICK_PX],
    ];
    const found = this.map.queryRenderedFeatures(around, { layers: ['waiting'] })[0];
    return (found?.properties['orderId'] as string | undefined) ?? null;
  }

  /** Ask for the couriers of what is in sight, and a little around it. */
  private look(): void {
    const bounds = this.map.getBounds();
    const height = (bounds.getNorth() - bounds.getSouth()) * VIEW_MARGIN;
    const width = (bounds.getEast() - bounds.getWest()) * VIEW_MARGIN;
    this.city.map.look(
      [
        Math.max(-85, bounds.getSouth() - height),
        Math.max(-180, bounds.getWest() - width),
        Math.min(85, bounds.getNorth() + height),
        Math.min(180, bounds.getEast() + width),
      ],
      Math.round(this.map.getZoom() * 10) / 10,
    );
  }
}
