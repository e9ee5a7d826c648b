// The figures of the city, now and in the last hour.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { numbersOf, span } from '../../lib/time/format';
import { t } from '../speech';
import type { City } from '../state/city';
import { figuresOf } from '../state/figures';
import { onTimeShare } from '../state/last_hour';

export function FigureStrip({ city }: { city: City }): JSX.Element {
  void city.orders.pulse.version.value;
  void city.roster.pulse.version.value;
  const now = figuresOf(city.orders.rows.values(), city.roster.couriers.values(), city.nowMs());
  const number = (value: number): string => value.toLocaleString(numbersOf(locale.value));
  const hour = city.lastHour.told.value;
  const share = hour && onTimeShare(hour);
  const door = hour?.doorMedianS ?? null;
  return (
    <dl class={city.loaded.value ? 'figures' : 'figures loading'}>
      <Figure name={t('figure_couriers')} value={number(now.onShift)} test="figure-couriers">
        {t('figure_couriers_more', { free: now.free, busy: now.busy })}
      </Figure>
      <Figure name={t('figure_open')} value={number(now.open)} test="figure-open" />
      <Figure name={t('figure_unassigned')} value={number(now.unassigned)} tone={now.unassigned ? 'warn' : ''} />
      <Figure name={t('figure_late')} value={number(now.late)} tone={now.late ? 'bad' : ''} />
      <Figure name={t('figure_delivered')} value={hour ? number(hour.delivered) : '–'} tone="first" test="figure-delivered" />
      <Figure name={t('figure_on_time')} value={share === null ? '–' : percent(share)} />
      <Figure name={t('figure_door')} value={door === null ? '–' : span(door, locale.value)} />
    </dl>
  );
}

function percent(share: number): string {
  const maximumFractionDigits = share < 0.9995 && share > 0.1 ? 1 : 0;
  return share.toLocaleString(numbersOf(locale.value), { style: 'percent', maximumFractionDigits });
}

interface FigureProps {
  name: string;
  value: string;
  tone?: string;
  test?: string;
  children?: string;
}

function Figure({ name, value, tone = '', test, children }: FigureProps): JSX.Element {
  return (
    <div class={tone === 'first' ? 'figure ruled' : 'figure'} title={children}>
      <dt class="muted">{name}</dt>
      <dd class={tone} data-test={test}>
        {value}
      </dd>
    </div>
  );
}
