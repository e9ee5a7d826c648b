// The way of a courier again: how many hours, a slider over time, play and pause.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { may } from '../../lib/api/permissions';
import { locale } from '../../lib/i18n/locale';
import { clockTime, numbersOf } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import { t } from '../speech';
import type { City } from '../state/city';
import { HOURS, indexAt, type Way } from '../state/replay';
import { TroubleNote } from './trouble_note';

const STEP_MS = 1000;

export function ReplaySection({ city, courierId }: { city: City; courierId: string }): JSX.Element | null {
  const { replay } = city;
  useEffect(() => () => replay.close(), [replay]);
  if (!may(city.session.me.value?.permissions ?? [], 'trail:read')) return null;
  const way = replay.way.value;
  return (
    <section data-test="replay">
      <h3>{t('replay')}</h3>
      <div class="acts">
        {HOURS.map((hours) => (
          <button
            key={hours}
            class="button quiet"
            aria-pressed={replay.hours.value === hours}
            onClick={() =>
              replay.hours.value === hours ? replay.close() : replay.open(courierId, hours, city.nowMs())
            }
          >
            {t('last_hours', { n: hours })}
          </button>
        ))}
      </div>
      {replay.trouble && <TroubleNote what="replay_failed" trouble={replay.trouble} retry={() => replay.retry()} />}
      {way && (way.places.length > 1 ? <Player city={city} way={way} /> : <p class="muted">{t('replay_nothing')}</p>)}
      {replay.hours.value !== null && <p class="muted meta">{t('replay_noted')}</p>}
    </section>
  );
}

function Player({ city, way }: { city: City; way: Way }): JSX.Element {
  const { replay } = city;
  const atMs = replay.atMs.value;
  const playing = replay.playing.value;
  const shown = clockTime(atMs, locale.value, city.timeZone, true);
  const mps = way.speedsMps[indexAt(way, atMs)];
  const kmh = mps == null ? null : (mps * 3.6).toLocaleString(numbersOf(locale.value), { maximumFractionDigits: 0 });
  return (
    <div class="player">
      <button
        class="icon-button"
        aria-label={playing ? t('pause') : t('play')}
        onClick={() => (playing ? replay.pause() : replay.play())}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <input
        type="range"
        min={way.timesMs[0]}
        max={way.timesMs.at(-1)}
        step={STEP_MS}
        value={atMs}
        aria-label={t('replay_time')}
        aria-valuetext={shown}
        onInput={(event) => {
          replay.pause();
          replay.seek(Number(event.currentTarget.value));
        }}
      />
      <output class="meta" dir="ltr" data-test="replay-time">
        {shown}
        {kmh !== null && <span class="muted"> · {kmh} km/h</span>}
      </output>
    </div>
  );
}
