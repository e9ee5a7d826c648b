// The tracking page: when, where, who, in the order in which people ask.
import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Locale } from '../lib/i18n/locale';
import { Icon } from '../lib/ui/icons';
import { LanguageSelect } from '../lib/ui/language_select';
import { Arrival } from './arrival';
import { ConnectionNote } from './connection_note';
import { CourierCard } from './courier_card';
import type { Following } from './following';
import { MapFrame } from './map_frame';
import { Announcer } from './announcer';
import { Steps } from './steps';
import { t } from './speech';
import { chapterOf, isOver, isUnderWay } from './story';
import type { TrackingView } from './view';

interface Props {
  following: Following;
  speak: (chosen: Locale) => Promise<void>;
}

export function TrackPage({ following, speak }: Props): JSX.Element {
  const view = following.view.value;
  useEffect(() => {
    document.title = view ? `${headline(view, following.nowMs())} · ${t('order', { number: view.orderNumber })}` : t('title');
  });
  const content = following.isGone.value ? (
    <Gone />
  ) : view ? (
    <Story following={following} view={view} />
  ) : (
    <p class="quiet-page">{t(following.failed.value ? 'unreachable' : 'loading')}</p>
  );
  return (
    <div class={view && !following.isGone.value ? 'track' : 'track narrow'}>
      <header class="top">
        <span class="brand">{view?.companyName ?? 'Hermod'}</span>
        <LanguageSelect label={t('language')} speak={speak} />
      </header>
      {content}
    </div>
  );
}

function Story({ following, view }: { following: Following; view: TrackingView }): JSX.Element {
  const nowMs = following.nowMs();
  const chapter = chapterOf(view, nowMs);
  const said = headline(view, nowMs);
  return (
    <main class="story">
      <section class="head">
        <ConnectionNote following={following} over={isOver(chapter)} />
        <h1>{said}</h1>
        <Arrival following={following} view={view} chapter={chapter} nowMs={nowMs} />
      </section>
      {chapter !== 'cancelled' && <MapFrame following={following} />}
      <div class="rest">
        {chapter !== 'cancelled' && <Steps view={view} etaMs={following.etaMs.value} nowMs={nowMs} />}
        {view.courierName !== null && isUnderWay(chapter) && <CourierCard view={view} />}
        {view.isGift && view.giftMessage && <Gift message={view.giftMessage} />}
        <Summary view={view} />
      </div>
      <Announcer view={view} etaMs={following.etaMs.value} nowMs={nowMs} headline={said} />
    </main>
  );
}

/** Return the one sentence that says how it stands. */
function headline(view: TrackingView, nowMs: number): string {
  return t(chapterOf(view, nowMs), { name: view.courierName ?? t('courier') });
}

function Gift({ message }: { message: string }): JSX.Element {
  return (
    <section class="card gift">
      <h2>
        <Icon name="gift" /> {t('gift')}
      </h2>
      <p>
        <bdi>{message}</bdi>
      </p>
    </section>
  );
}

function Summary({ view }: { view: TrackingView }): JSX.Element {
  return (
    <section class="card">
      <h2 class="muted">{t('order', { number: view.orderNumber })}</h2>
      <dl class="places">
        <dt class="muted">{t('fetched_from')}</dt>
        <dd>
          <bdi>{view.pickup.address}</bdi>
        </dd>
        <dt class="muted">{t('to')}</dt>
        <dd>
          <bdi>{view.dropoff.address}</bdi>
        </dd>
      </dl>
    </section>
  );
}

function Gone(): JSX.Element {
  return (
    <main class="quiet-page">
      <h1>{t('gone')}</h1>
      <p class="muted">{t('gone_more')}</p>
    </main>
  );
}

export function Unreachable(): JSX.Element {
  return (
    <main class="quiet-page">
      <p role="alert">{t('unreachable')}</p>
    </main>
  );
}
