// An offer over everything else: what, how far, for how much, and how long to think.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import { locale } from '../../lib/i18n/locale';
import { clockTime, countdown, distance, money, span } from '../../lib/time/format';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { Offer } from '../views';

const RING = 2 * Math.PI * 44;
const BEAT_MS = 200;

export function OfferScreen({ desk, offer }: { desk: Desk; offer: Offer }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const { leftS, wholeS } = useCountdown(desk, offer);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    navigator.vibrate?.([200, 100, 200]);
  }, []);
  const answer = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await act().catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  const over = leftS <= 0;
  return (
    <dialog ref={dialog} class="offer" aria-labelledby="offer-title" onCancel={(event) => event.preventDefault()}>
      <h2 id="offer-title">{t('offer_title')}</h2>
      <Ring leftS={leftS} wholeS={wholeS} />
      <What offer={offer} />
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {over && !problem && <p role="status">{t('offer_over')}</p>}
      <div class="offer-acts">
        <button class="button primary large" disabled={busy || over} onClick={() => void answer(() => desk.accept(offer))}>
          {t('accept')}
        </button>
        <button class="button large" disabled={busy || over} onClick={() => void answer(() => desk.reject(offer))}>
          {t('reject')}
        </button>
        {over && (
          <button class="button large" onClick={() => void desk.refresh()}>
            {t('close')}
          </button>
        )}
      </div>
    </dialog>
  );
}

function Ring({ leftS, wholeS }: { leftS: number; wholeS: number }): JSX.Element {
  return (
    <div class="ring">
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="44" />
        <circle class="left" cx="50" cy="50" r="44" stroke-dasharray={`${(RING * Math.max(0, leftS)) / wholeS} ${RING}`} />
      </svg>
      <strong role="timer" data-test="countdown">
        {countdown(leftS)}
      </strong>
    </div>
  );
}

function What({ offer }: { offer: Offer }): JSX.Element {
  return (
    <>
      <p class="offer-fee">{money(offer.fee, locale.value)}</p>
      <p class="muted">
        {distance(offer.distanceM, locale.value)} · {span(offer.durationS, locale.value)} · {t('items', { n: offer.items })}
      </p>
      <ol class="offer-places">
        <li>
          <span class="muted meta">
            {t('pick_up')} · {t('ready_at', { time: clockTime(Date.parse(offer.readyAt), locale.value) })}
          </span>
          <bdi>{offer.pickup.address}</bdi>
        </li>
        <li>
          <span class="muted meta">{t('bring_to')}</span>
          <bdi>{offer.dropoff.address}</bdi>
        </li>
      </ol>
    </>
  );
}

/** Return the real seconds left until the server's deadline, and how many there were at first. */
function useCountdown(desk: Desk, offer: Offer): { leftS: number; wholeS: number } {
  const { clock } = desk.installation;
  const read = (): number => (Date.parse(offer.expiresAt) - clock.nowMs()) / clock.speed / 1000;
  const [leftS, setLeftS] = useState(read);
  const [wholeS] = useState(() => Math.max(1, leftS));
  useEffect(() => {
    const timer = setInterval(() => setLeftS(read()), BEAT_MS);
    return () => clearInterval(timer);
  }, [offer]);
  return { leftS, wholeS };
}
