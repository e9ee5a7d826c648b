// Everything that happened to an order, newest first: statuses, carriage, offers.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { dayTime } from '../../lib/time/format';
import { said, t } from '../speech';
import type { City } from '../state/city';
import type { Picture } from '../state/dossiers';

interface Line {
  at: string;
  text: string;
  more: string;
  tone: 'order' | 'delivery' | 'offer' | 'bad';
}

export function Timeline({ city, picture }: { city: City; picture: Picture }): JSX.Element {
  const nowMs = city.nowMs();
  return (
    <section>
      <h3>{t('timeline')}</h3>
      <ol class="timeline">
        {linesOf(city, picture).map((line, i) => (
          <li key={i} class={line.tone}>
            <time class="muted" dateTime={line.at}>
              {dayTime(Date.parse(line.at), nowMs, locale.value, city.timeZone, true)}
            </time>
            <span>
              {line.text}
              {line.more && (
                <span class="muted">
                  {' '}
                  · <bdi>{line.more}</bdi>
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function linesOf(city: City, { history, dossier }: Picture): Line[] {
  const lines: Line[] = history.map((one) => ({
    at: one.at,
    text: said('order', one.newStatus),
    more: one.comment ?? '',
    tone: one.newStatus === 'cancelled' ? 'bad' : 'order',
  }));
  for (const event of dossier?.events ?? []) {
    if (event.kind !== 'moved' || !event.newStatus) continue;
    const who = event.courierId ? city.roster.nameOf(event.courierId) : '';
    lines.push({
      at: event.at,
      text: said('delivery', event.newStatus),
      more: [who, event.data.comment].filter(Boolean).join(' · '),
      tone: event.newStatus === 'failed' ? 'bad' : 'delivery',
    });
  }
  for (const offer of dossier?.offers ?? []) {
    const name = city.roster.nameOf(offer.courierId);
    if (offer.source === 'manual') {
      lines.push({ at: offer.offeredAt, text: t('assigned_by_hand'), more: name, tone: 'offer' });
      continue;
    }
    lines.push({ at: offer.offeredAt, text: t('offer_made'), more: name, tone: 'offer' });
    if (offer.answeredAt && offer.status !== 'offered') {
      const more = [name, offer.rejectReason].filter(Boolean).join(' · ');
      lines.push({ at: offer.answeredAt, text: t(`offer_${offer.status}`), more, tone: 'offer' });
    }
  }
  return lines.sort((a, b) => b.at.localeCompare(a.at));
}
