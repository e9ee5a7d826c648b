// The next stop with what to do there, what has failed with what can be done about it, then the other stops.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { clockTime } from '../../lib/time/format';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { CourierDelivery, Stop } from '../views';
import { NextStop } from './next_stop';

interface Task {
  stop: Stop;
  delivery: CourierDelivery;
}

export function Work({ desk }: { desk: Desk }): JSX.Element | null {
  const tasks = desk.stops.value.flatMap((stop): Task[] => {
    const delivery = desk.deliveries.value.find((one) => one.id === stop.deliveryId);
    return delivery ? [{ stop, delivery }] : [];
  });
  // What has failed comes last, but may be tried again or brought back at any time.
  const now = tasks.filter(({ delivery }, i) => i === 0 || delivery.status === 'failed');
  const later = tasks.filter((task) => !now.includes(task));
  if (now.length === 0) return desk.isOnShift ? <p class="center muted">{t('waiting_for_offers')}</p> : null;
  return (
    <>
      {now.map(({ stop, delivery }) => (
        <NextStop key={`${stop.deliveryId}${stop.kind}`} desk={desk} delivery={delivery} stop={stop} />
      ))}
      {later.length > 0 && (
        <section class="card">
          <h2 class="muted">{t('afterwards')}</h2>
          <ol class="later">
            {later.map(({ stop, delivery }) => (
              <li key={`${stop.deliveryId}${stop.kind}`}>
                <span class={`kind ${stop.kind}`}>{t(stop.kind)}</span>
                <bdi>{stop.address}</bdi>
                <span class="muted meta">
                  {stop.etaAt ? clockTime(Date.parse(stop.etaAt), locale.value) : ''} {delivery.orderNumber}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
