// The head of a detail: what it is, and the way back.
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../../lib/ui/icons';
import { t } from '../speech';
import { select } from '../state/choice';

interface Props {
  title: ComponentChildren;
  children?: ComponentChildren;
}

export function DetailHead({ title, children }: Props): JSX.Element {
  return (
    <header class="detail-head">
      <h2>{title}</h2>
      {children}
      <button class="icon-button" aria-label={t('close')} title={`${t('close')} (Esc)`} onClick={() => select(null)}>
        <Icon name="close" />
      </button>
    </header>
  );
}
