// The keys of the console.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../lib/ui/icons';
import { t } from '../speech';

const KEYS = [
  ['/', 'key_search'],
  ['J  K', 'key_next'],
  ['Enter', 'key_open'],
  ['A', 'key_assign'],
  ['F', 'key_fit'],
  ['L', 'key_follow'],
  ['Esc', 'key_clear'],
  ['?', 'keys'],
] as const;

export function HelpDialog({ close }: { close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" onClose={close}>
      <div class="dialog-head">
        <h2 id="help-title">{t('keys')}</h2>
        <button class="icon-button" aria-label={t('close')} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
