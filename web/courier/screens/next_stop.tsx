// A stop of the courier's: where, whom to ask for, and the one thing to do there.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import type { ContactPlace, Place } from '../../lib/api/views';
import { locale } from '../../lib/i18n/locale';
import { clockTime } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { CourierDelivery, Stop } from '../views';
import { ProblemForm } from './problem_form';

interface Props {
  desk: Desk;
  delivery: CourierDelivery;
  stop: Stop;
}

export function NextStop({ desk, delivery, stop }: Props): JSX.Element {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [reports, setReports] = useState(false);
  const atPickup = stop.kind === 'pickup';
  const { place, phone } = meeting(delivery, atPickup);
  const act = async (send: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem('');
    await send().catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <section class="card stop" data-test="stop">
      <p class="stop-head">
        <span class={`kind ${atPickup ? 'pickup' : 'dropoff'}`}>{t(atPickup ? 'pickup' : 'dropoff')}</span>
        <span class="muted" dir="ltr">
          {delivery.orderNumber}
        </span>
        {stop.etaAt && <span class="muted stop-eta">{clockTime(Date.parse(stop.etaAt), locale.value)}</span>}
      </p>
      {stop.reachedAt && (
        <p class="muted" data-test="reached">
          {t('you_are_there')}
        </p>
      )}
      <h2 class="stop-where">
        <bdi>{place.address}</bdi>
      </h2>
      <Particulars delivery={delivery} atPickup={atPickup} />
      <div class="two">
        <a class="button tall-button" href={wayTo(place)} target="_blank" rel="noreferrer">
          <Icon name="nav" /> {t('navigate')}
        </a>
        {phone && (
          <a class="button tall-button" href={`tel:${phone}`}>
            <Icon name="phone" /> {t('call')}
          </a>
        )}
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {reports ? (
        <ProblemForm desk={desk} delivery={delivery} done={() => setReports(false)} />
      ) : (
        <>
          <MainAct desk={desk} delivery={delivery} busy={busy} act={act} />
          {delivery.status !== 'failed' && (
            <button class="button quiet tall-button" disabled={busy} onClick={() => setReports(true)}>
              <Icon name="warning" /> {t('problem')}
            </button>
          )}
        </>
      )}
    </section>
  );
}

interface Meeting {
  place: ContactPlace;
  name: string | null;
  phone: string | null;
}

/** Return where the way leads and who is there: what has failed goes back to the shop, a gift to who is to have it. */
function meeting({ status, pickup, dropoff, recipientName, recipientPhone }: CourierDelivery, atPickup: boolean): Meeting {
  if (atPickup || status === 'failed') return { place: pickup, name: pickup.contactName, phone: pickup.contactPhone };
  return { place: dropoff, name: recipientName ?? dropoff.contactName, phone: recipientPhone ?? dropoff.contactPhone };
}

/** Return a link that opens the way: in the phone's own app on Android, else on the web. */
function wayTo({ latitude, longitude }: Place): string {
  const place = `${latitude},${longitude}`;
  const hasApps = /android/i.test(navigator.userAgent);
  return hasApps ? `geo:${place}?q=${place}` : `https://www.openstreetmap.org/directions?to=${place}`;
}

function Particulars({ delivery, atPickup }: { delivery: CourierDelivery; atPickup: boolean }): JSX.Element {
  const { place, name } = meeting(delivery, atPickup);
  const ready = delivery.orderStatus === 'ready_for_delivery';
  const readyAt = clockTime(Date.parse(delivery.readyAt), locale.value);
  return (
    <div class="particulars">
      {name && (
        <p>
          <bdi>{name}</bdi>
        </p>
      )}
      {place.notes && (
        <p class="note">
          <bdi>{place.notes}</bdi>
        </p>
      )}
      {delivery.notes && (
        <p class="note">
          <bdi>{delivery.notes}</bdi>
        </p>
      )}
      <p class="muted">
        {t('items', { n: delivery.items })}
        {atPickup && ` · ${ready ? t('is_ready') : t('ready_at', { time: readyAt })}`}
      </p>
    </div>
  );
}

interface ActProps {
  desk: Desk;
  delivery: CourierDelivery;
  busy: boolean;
  act: (send: () => Promise<void>) => Promise<void>;
}

function MainAct({ desk, delivery, busy, act }: ActProps): JSX.Element {
  const [receivedBy, setReceivedBy] = useState('');
  const button = (text: string, send: () => Promise<void>, kind = 'primary'): JSX.Element => (
    <button class={`button large ${kind}`} disabled={busy} onClick={() => void act(send)}>
      {text}
    </button>
  );
  const move = (status: string) => () => desk.report(delivery.id, { status });
  switch (delivery.status) {
    case 'assigned_to_courier':
      return button(t('picked_up'), move('picked_up'));
    case 'picked_up':
      return button(t('on_my_way'), move('in_transit'));
    case 'failed':
      return (
        <div class="acts">
          <p>{t('failed_what_now')}</p>
          {button(t('try_again'), move('in_transit'))}
          {button(t('brought_back'), move('returned'), '')}
        </div>
      );
    default:
      return (
        <div class="acts">
          <label class="field">
            <span>{t('received_by')}</span>
            <input
              class="input tall"
              value={receivedBy}
              maxLength={100}
              onInput={(event) => setReceivedBy(event.currentTarget.value)}
            />
          </label>
          {button(t('delivered'), () => desk.complete(delivery.id, receivedBy.trim()))}
        </div>
      );
  }
}
