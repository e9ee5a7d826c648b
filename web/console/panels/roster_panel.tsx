// Everybody on shift, by what they do, with the load of each.
import type { JSX } from 'preact';
import { nowMs } from '../../lib/time/ticking';
import type { CourierState } from '../../lib/live/frames';
import type { StaffCourier } from '../../lib/api/views';
import { Icon } from '../../lib/ui/icons';
import { VirtualList } from '../../lib/ui/virtual_list';
import { t } from '../speech';
import { select } from '../state/choice';
import type { City } from '../state/city';
import { stalenessOf } from '../state/fleet';
import { isOpen } from '../state/slack';
import { Applicants } from './applicants';
import { TroubleNote } from './trouble_note';
import { StateMark } from './legend';
import { locale } from '../../lib/i18n/locale';
import { numbersOf, span } from '../../lib/time/format';

const ROW_PX = 40;
const SEQUENCE: readonly CourierState[] = ['at_stop', 'carrying', 'to_pickup', 'free', 'on_break'];

interface Entry {
  courier: StaffCourier;
  state: CourierState;
  load: number;
}

export function RosterPanel({ city }: { city: City }): JSX.Element {
  void city.roster.pulse.version.value;
  void city.fleet.pulse.version.value;
  const entries = entriesOf(city);
  const trouble = city.loading.trouble.value;
  return (
    <>
      <header class="detail-head">
        <h2>{t('couriers')}</h2>
        {city.loaded.value && (
          <span class="count">{entries.length.toLocaleString(numbersOf(locale.value))}</span>
        )}
      </header>
      <Applicants city={city} />
      {!city.loaded.value && trouble ? (
        <TroubleNote what="couriers_failed" trouble={trouble} retry={() => void city.load()} />
      ) : city.loaded.value && entries.length === 0 ? (
        <p class="empty muted">{t('nobody_on_shift')}</p>
      ) : (
        <VirtualList
          label={t('couriers')}
          rows={entries}
          rowPx={ROW_PX}
          keyOf={({ courier }) => courier.id}
          chosen={null}
          choose={({ courier }) => select({ kind: 'courier', id: courier.id })}
          draw={(entry) => <RosterRow city={city} entry={entry} />}
        />
      )}
    </>
  );
}

function RosterRow({ city, entry }: { city: City; entry: Entry }): JSX.Element {
  const { courier, state, load } = entry;
  const live = city.fleet.couriers.get(courier.id);
  const staleness = live ? stalenessOf(live, nowMs.value) : 0;
  return (
    <div class="roster-row">
      <StateMark state={state} stale={staleness > 0} />
      <span class="roster-name">
        <bdi>
          {courier.firstName} {courier.lastName}
        </bdi>
      </span>
      {live && staleness > 0 ? (
        <span class="warn meta">{t('silent_for', { span: span((nowMs.value - live.seenAtMs) / 1000, locale.value, 'narrow') })}</span>
      ) : (
        <span class="muted meta">{load ? t('deliveries', { n: load }) : t(`state_${state}`)}</span>
      )}
      <span class="muted" title={t(courier.vehicleType)}>
        <Icon name={courier.vehicleType} />
        <span class="visually-hidden">{t(courier.vehicleType)}</span>
      </span>
    </div>
  );
}

/** Return what a courier does: as the map says, else as the orders say. */
export function stateOf(city: City, courier: StaffCourier): CourierState {
  const live = city.fleet.couriers.get(courier.id);
  if (live && live.cell) return live.state;
  if (courier.status === 'on_break') return 'on_break';
  return city.orders.workOf(courier.id);
}

function entriesOf(city: City): Entry[] {
  const loads = new Map<string, number>();
  for (const row of city.orders.rows.values()) {
    const id = row.delivery?.courierId;
    if (id && isOpen(row)) loads.set(id, (loads.get(id) ?? 0) + 1);
  }
  const found = [...city.roster.couriers.values()]
    .filter((one) => one.status !== 'offline')
    .map((courier) => ({ courier, state: stateOf(city, courier), load: loads.get(courier.id) ?? 0 }));
  const rank = ({ state }: Entry): number => SEQUENCE.indexOf(state);
  const name = ({ courier }: Entry): string => `${courier.firstName} ${courier.lastName}`;
  return found.sort((a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b)));
}
