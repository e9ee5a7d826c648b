// The map in its panel: kept in step with what is selected, with its legend and notices.
import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { locale } from '../../lib/i18n/locale';
import { nowMs } from '../../lib/time/ticking';
import { Icon } from '../../lib/ui/icons';
import { theme } from '../../lib/ui/theme';
import { mapActs } from '../keyboard';
import type { CityMap, Clicks } from '../map/city_map';
import { courierOf, lateCouriers, placesOf, stopsOf, waitingPins, wayOf } from '../map/scene';
import { t } from '../speech';
import { follows, hiddenStates, select, selection } from '../state/choice';
import type { City } from '../state/city';
import { CourierPicker, type Picked } from './courier_picker';
import { Legend } from './legend';

export function MapPanel({ city }: { city: City }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<CityMap | null>(null);
  const [failed, setFailed] = useState(false);
  const [tilesFail, setTilesFail] = useState(false);
  const [picked, setPicked] = useState<Picked | null>(null);
  const ready = city.loaded.value;
  useEffect(() => {
    if (!ready || !element.current) return;
    const opened = openCityMap(element.current, city, setPicked, () => setTilesFail(true));
    opened.then((one) => (map.current = one)).catch(() => setFailed(true));
    return () => void opened.then((one) => one.close()).catch(() => undefined);
  }, [city, ready]);
  return (
    <main class="map-panel" aria-label={t('map')}>
      {failed ? <p class="empty muted">{t('map_failed')}</p> : <div ref={element} class="map" data-test="map" />}
      <Legend city={city} />
      <button
        class="icon-button fit"
        aria-label={t('fit')}
        title={`${t('fit')} (F)`}
        onClick={() => mapActs.fit()}
      >
        <Icon name="fit" />
      </button>
      <Notice city={city} tilesFail={tilesFail} />
      {picked && <CourierPicker city={city} picked={picked} close={() => setPicked(null)} />}
    </main>
  );
}

type Opened = CityMap & { close: () => void };

async function openCityMap(
  element: HTMLElement,
  city: City,
  pick: (picked: Picked | null) => void,
  tilesFailed: () => void,
): Promise<Opened> {
  const { CityMap } = await import('../map/city_map');
  const clicks: Clicks = {
    couriers: (ids, at) => {
      const [first] = ids;
      if (ids.length > 1) return pick({ ids, at });
      pick(null);
      if (first) select({ kind: 'courier', id: first });
    },
    order: (id) => select({ kind: 'order', id }),
    nothing: () => pick(null),
    follow: (id) => {
      select({ kind: 'courier', id });
      follows.value = true;
    },
  };
  const texts = { 'NavigationControl.ZoomIn': t('zoom_in'), 'NavigationControl.ZoomOut': t('zoom_out'), 'Map.Title': t('map') };
  const map = await CityMap.open(element, city, theme.value, texts, clicks);
  map.map.on('error', ({ error }) => {
    if (!/abort/i.test(error.message)) tilesFailed();
  });
  mapActs.fit = () => map.fit(placesOf(city, selection.value));
  const stops = keepInStep(map, city);
  (window as { hermodMap?: CityMap }).hermodMap = map; // tests ask it where a courier is drawn
  return Object.assign(map, {
    close: () => {
      for (const stop of stops) stop();
      map.remove();
    },
  });
}

/** Draw again whatever depends on the city, the selection or the time; return how to stop. */
function keepInStep(map: CityMap, city: City): (() => void)[] {
  const version = city.orders.pulse.version;
  return [
    effect(() => map.setTheme(theme.value)),
    effect(() => {
      void city.zones.value;
      map.showZones();
    }),
    effect(() => {
      void version.value;
      map.showWaiting(waitingPins(city));
    }),
    effect(() => {
      void version.value;
      map.showStops(stopsOf(city, selection.value), wayOf(city, selection.value));
    }),
    effect(() => {
      const places = placesOf(city, selection.value);
      if (selection.value?.kind === 'order' && places.length) map.fit(places);
    }),
    effect(() => {
      const places = city.replay.way.value?.places ?? [];
      map.showTrail(places);
      if (places.length > 1) map.fit(places);
    }),
    effect(() => map.showTrailPlace(city.replay.place.value)),
    effect(() => {
      void nowMs.value;
      void version.value;
      const chosen = selection.value;
      map.emphasise({
        selectedId: courierOf(city, chosen),
        late: lateCouriers(city),
        hidden: hiddenStates.value,
      });
    }),
    effect(() => {
      void city.fleet.pulse.version.value;
      const chosen = selection.value;
      if (chosen) map.showWay(wayOf(city, chosen));
      const courier = chosen?.kind === 'courier' ? city.fleet.couriers.get(chosen.id) : undefined;
      if (follows.value && courier) map.keepInSight(courier);
    }),
  ];
}

function Notice({ city, tilesFail }: { city: City; tilesFail: boolean }): JSX.Element | null {
  void city.fleet.pulse.version.value;
  void locale.value;
  const live = city.connection.state.value.phase === 'live';
  const empty = live && city.loaded.value && city.fleet.couriers.size === 0;
  const text = city.map.tooWide.value
    ? t('too_wide')
    : tilesFail
      ? t('tiles_failed')
      : empty
        ? t('no_couriers_here')
        : null;
  return text === null ? null : (
    <p class="map-notice meta" role="status">
      {text}
    </p>
  );
}
