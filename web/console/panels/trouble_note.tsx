// What could not be fetched, why, under which request id, and the way to ask again at once.
import type { JSX } from 'preact';
import { requestIdOf, sentenceOf } from '../../lib/api/errors';
import { locale } from '../../lib/i18n/locale';
import type { Trouble } from '../../lib/live/persistent';
import { span } from '../../lib/time/format';
import { nowMs } from '../../lib/time/ticking';
import { t } from '../speech';

type What = 'state_failed' | 'orders_failed' | 'couriers_failed' | 'order_failed' | 'door_failed' | 'replay_failed';

interface Props {
  what: What;
  trouble: Trouble;
  retry: () => void;
}

export function TroubleNote(props: Props): JSX.Element {
  return (
    <div class="problem trouble" role="alert">
      <TroubleText {...props} />
    </div>
  );
}

/** The same without a frame of its own. */
export function TroubleText({ what, trouble, retry }: Props): JSX.Element {
  const requestId = requestIdOf(trouble.error);
  const age = span(Math.max(1, (nowMs.value - trouble.sinceMs) / 1000), locale.value);
  return (
    <>
      <span>
        {t(what, { age, problem: sentenceOf(trouble.error) })}
        {trouble.repeats && ` · ${t('repeats')}`}
      </span>
      {requestId && (
        <span class="muted meta">
          {t('request')} <bdi dir="ltr">{requestId}</bdi>
        </span>
      )}
      <button class="button" type="button" onClick={retry}>
        {t('retry')}
      </button>
    </>
  );
}
