// Tells screen readers what changed, politely and not more than twice a minute.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { locale } from '../lib/i18n/locale';
import { dayTime } from '../lib/time/format';
import { t } from './speech';
import type { TrackingView } from './view';

const REST_MS = 30_000;

interface Props {
  view: TrackingView;
  etaMs: number | null;
  /** Business time. */
  nowMs: number;
  headline: string;
}

export function Announcer({ view, etaMs, nowMs, headline }: Props): JSX.Element {
  const eta = etaMs === null || view.deliveredAt ? '' : `${t('arrives')} ${dayTime(etaMs, nowMs, locale.value)}`;
  const text = [headline, eta].filter(Boolean).join('. ');
  const [said, say] = useState(text);
  const saidAtMs = useRef(Date.now());
  useEffect(() => {
    if (text === said) return;
    const speak = (): void => {
      saidAtMs.current = Date.now();
      say(text);
    };
    const timer = setTimeout(speak, Math.max(0, saidAtMs.current + REST_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}
