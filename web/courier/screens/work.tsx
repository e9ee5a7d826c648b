// The next stop with what to do there, then the stops after it.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { clockTime } from '../../lib/time/format';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { CourierDelivery, Stop } from '../views';
import { NextStop } from './next_stop';

export function Work({ desk }: { desk: Desk }): JSX.Element | null {
  const stops = desk.stops.value;
  const find = (stop: Stop): CourierDelivery | undefined =>
    desk.deliveries.value.find((one) => one.id === stop.deliveryId);
  const [first, ...later] = stops;
  const failed = desk.deliveries.value.find((one) => one.status === 'failed');
  const current = first && find(first);
  if (!first || !current) {
    if (failed) return <NextStop desk={desk} delivery={failed} stop={null} />;
    return desk.isOnShift ? <p class="center muted">{t('waiting_for_offers')}</p> : null;
  }
  return (
    <>
      <NextStop key={`${first.deliveryId}${first.kind}`} desk={desk} delivery={current} stop={first} />
      {later.length > 0 && (
        <section class="card">
          <h2 class="muted">{t('afterwards')}</h2>
          <ol class="later">
            {later.map((stop) => (
              <li key={`${stop.deliveryId}${stop.kind}`}>
                <span class={`kind ${stop.kind}`}>{t(stop.kind)}</span>
                <bdi>{stop.address}</bdi>
                <span class="muted meta">
                  {stop.etaAt ? clockTime(Date.parse(stop.etaAt), locale.value) : ''} {find(stop)?.orderNumber}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
