// Why this courier: the candidates with what each would cost, term by term, and who was left out.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Candidate, Dossier, OfferRecord, TermName, TickCard } from '../../lib/api/dossier';
import { locale } from '../../lib/i18n/locale';
import { dayTime, numbersOf, span } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import { has, said, t } from '../speech';
import type { City } from '../state/city';

const TERMS: readonly TermName[] = [
  'rideMs',
  'pickupDelayMs',
  'detourMs',
  'latenessMs',
  'travelMs',
  'waitingMs',
  'fairnessMs',
  'payMs',
  'changeMs',
];

export function Why({ city, dossier }: { city: City; dossier: Dossier }): JSX.Element | null {
  const offers = [...dossier.offers].sort((a, b) => b.offeredAt.localeCompare(a.offeredAt));
  const [at, setAt] = useState(0);
  const offer = offers[Math.min(at, offers.length - 1)];
  const waits = dossier.delivery.status === 'pending' ? dossier.whyUnassigned : null;
  if (!offer && !waits) return null;
  return (
    <section class="why">
      <h3>{t(waits ? 'why_nobody' : 'why_title')}</h3>
      {waits && (
        <p class="why-nobody" lang="en" dir="ltr">
          {waits}
        </p>
      )}
      {offers.length > 1 && (
        <div class="decisions" role="group" aria-label={t('decisions')}>
          {offers.map((one, i) => (
            <button key={one.id} class="filter" aria-pressed={one === offer} onClick={() => setAt(i)}>
              {dayTime(Date.parse(one.offeredAt), city.nowMs(), locale.value, city.timeZone)} {t(`offer_${one.status}`)}
            </button>
          ))}
        </div>
      )}
      {offer && <Decision city={city} offer={offer} />}
    </section>
  );
}

function Decision({ city, offer }: { city: City; offer: OfferRecord }): JSX.Element {
  const { card } = offer;
  if ('source' in card) {
    return (
      <p>
        {t('by_hand', { name: city.roster.nameOf(offer.courierId) })} <q>{card.reason}</q>
      </p>
    );
  }
  return (
    <>
      <p class="muted meta">{marginText(card)}</p>
      <Candidates city={city} card={card} />
      <LeftOut city={city} card={card} />
    </>
  );
}

function marginText({ marginMs, candidatesPriced }: TickCard): string {
  const priced = t('priced', { n: candidatesPriced });
  if (marginMs === null) return `${priced} · ${t('only_one')}`;
  const by = span(Math.abs(marginMs) / 1000, locale.value);
  return `${priced} · ${t(marginMs >= 0 ? 'margin' : 'margin_elsewhere', { by })}`;
}

function Candidates({ city, card }: { city: City; card: TickCard }): JSX.Element {
  const [open, setOpen] = useState<string | null>(card.courierId);
  const longest = Math.max(1, ...card.candidates.map(positiveMs));
  return (
    <ol class="candidates">
      {card.candidates.map((one) => (
        <li key={one.courierId} class={one.courierId === card.courierId ? 'chosen' : ''}>
          <button
            class="plain candidate"
            aria-expanded={open === one.courierId}
            onClick={() => setOpen(open === one.courierId ? null : one.courierId)}
          >
            <span class="candidate-name">
              {one.courierId === card.courierId && (
                <>
                  <Icon name="check" size={13} />
                  <span class="visually-hidden">{t('chosen')} </span>
                </>
              )}
              <bdi>{city.roster.nameOf(one.courierId)}</bdi>
            </span>
            <span class="muted meta">{t('pickup_in', { span: span(one.pickupInS, locale.value) })}</span>
            <span class="candidate-total" data-test="total">
              {seconds(one.totalMs)}
            </span>
            <Bar candidate={one} longestMs={longest} />
          </button>
          {open === one.courierId && <Terms city={city} card={card} candidate={one} />}
        </li>
      ))}
    </ol>
  );
}

function termMs({ terms }: Candidate, name: TermName): number {
  return terms[name] ?? 0;
}

function positiveMs(candidate: Candidate): number {
  return TERMS.reduce((sum, name) => sum + Math.max(0, termMs(candidate, name)), 0);
}

function Bar({ candidate, longestMs }: { candidate: Candidate; longestMs: number }): JSX.Element {
  return (
    <span class="bar" aria-hidden="true">
      {TERMS.map((name) => {
        const share = Math.max(0, termMs(candidate, name)) / longestMs;
        return share > 0 && <i key={name} class={`term ${name}`} style={{ inlineSize: `${share * 100}%` }} />;
      })}
    </span>
  );
}

function Terms({ city, card, candidate }: { city: City; card: TickCard; candidate: Candidate }): JSX.Element {
  const shown = TERMS.filter((name) => termMs(candidate, name) !== 0);
  const elsewhere = candidate.takesDeliveryId !== null && candidate.takesDeliveryId !== card.deliveryId;
  const other = elsewhere ? orderNumberOf(city, candidate.takesDeliveryId) : null;
  return (
    <dl class="terms">
      {shown.map((name) => (
        <div key={name}>
          <dt>
            <i class={`term ${name}`} aria-hidden="true" />
            {t(`term_${name}`)}
          </dt>
          <dd data-test="term">{seconds(termMs(candidate, name))}</dd>
        </div>
      ))}
      <div class="sum">
        <dt>{t('sum')}</dt>
        <dd>{seconds(candidate.totalMs)}</dd>
      </div>
      {elsewhere && <p class="muted meta">{other ? t('takes_order', { number: other }) : t('takes_other')}</p>}
    </dl>
  );
}

function orderNumberOf(city: City, deliveryId: string | null): string | null {
  for (const { order, delivery } of city.orders.rows.values()) if (delivery?.id === deliveryId) return order.orderNumber;
  return null;
}

function LeftOut({ city, card }: { city: City; card: TickCard }): JSX.Element | null {
  if (card.excluded.length === 0) return null;
  const number = card.excluded.reduce((sum, one) => sum + one.couriers, 0);
  return (
    <details class="left-out">
      <summary>{t('left_out', { n: number })}</summary>
      <ul>
        {card.excluded.map((one) => (
          <li key={one.reason}>
            <span>{has(`why_not_${one.reason}`) ? said('why_not', one.reason) : one.text}</span>
            <span class="muted">
              {one.couriers}
              {' · '}
              <bdi>{one.examples.map((id) => city.roster.nameOf(id)).join(', ')}</bdi>
              {one.couriers > one.examples.length && '…'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Costs are weighed seconds; one decimal, so that the terms add up before the eye. */
function seconds(ms: number): string {
  return (ms / 1000).toLocaleString(numbersOf(locale.value), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
