// The list of orders: what is open, by how pressed it is; searched, filtered, chosen by keyboard.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { locale } from '../../lib/i18n/locale';
import { numbersOf } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import { VirtualList } from '../../lib/ui/virtual_list';
import { t } from '../speech';
import { group, search, select, selection } from '../state/choice';
import type { City } from '../state/city';
import { GROUPS, groupsOf, listed, type Group } from '../state/slack';
import { OrderRowView } from './order_row';
import { TroubleNote } from './trouble_note';

const ROW_PX = 58;

export function OrdersPanel({ city }: { city: City }): JSX.Element {
  void city.orders.pulse.version.value;
  const nowMs = city.nowMs();
  const rows = listed(city.orders.rows.values(), group.value, search.value, nowMs);
  const chosen = selection.value?.kind === 'order' ? selection.value.id : null;
  return (
    <section class="panel orders" aria-label={t('orders')}>
      <SearchField />
      <Filters city={city} nowMs={nowMs} />
      {!city.loaded.value ? (
        <NotYet city={city} />
      ) : rows.length === 0 ? (
        <Empty />
      ) : (
        <VirtualList
          label={t('orders')}
          rows={rows}
          rowPx={ROW_PX}
          keyOf={(row) => row.order.id}
          chosen={chosen}
          choose={(row) => select({ kind: 'order', id: row.order.id })}
          draw={(row) => <OrderRowView city={city} row={row} nowMs={nowMs} />}
        />
      )}
    </section>
  );
}

function SearchField(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        id="search"
        class="input"
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value;
        }}
      />
      {search.value === '' && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}

function Filters({ city, nowMs }: { city: City; nowMs: number }): JSX.Element {
  const counts = new Map<Group, number>();
  for (const row of city.orders.rows.values()) {
    for (const one of groupsOf(row, nowMs)) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return (
    <div class="filters" role="group" aria-label={t('filters')}>
      {GROUPS.map((one) => (
        <button
          key={one}
          class={`filter ${one}`}
          aria-pressed={group.value === one}
          onClick={() => {
            group.value = one;
          }}
        >
          {t(`group_${one}`)}
          {city.loaded.value && (
            <span class="count">{(counts.get(one) ?? 0).toLocaleString(numbersOf(locale.value))}</span>
          )}
        </button>
      ))}
    </div>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <p class="muted">{search.value ? t('no_match', { search: search.value }) : t(`empty_${group.value}`)}</p>
      {search.value && (
        <button
          class="button"
          onClick={() => {
            search.value = '';
          }}
        >
          {t('clear_search')}
        </button>
      )}
    </div>
  );
}

function NotYet({ city }: { city: City }): JSX.Element {
  const trouble = city.loading.trouble.value;
  if (!trouble) return <Skeletons />;
  return <TroubleNote what="orders_failed" trouble={trouble} retry={() => void city.load()} />;
}

function Skeletons(): JSX.Element {
  return (
    <div class="skeletons" aria-busy="true" aria-label={t('loading')}>
      {Array.from({ length: 9 }, (_, i) => (
        <div key={i} class="order-row">
          <span class="skeleton line-wide" />
          <span class="skeleton line-short" />
        </div>
      ))}
    </div>
  );
}
