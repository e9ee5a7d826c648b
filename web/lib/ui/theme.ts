// Dark or light: chosen before, else the page's own choice or the system's.
import { signal } from '@preact/signals';
import type { Theme } from '../map/palette';

const KEPT_AS = 'hermod.theme';

export const theme = signal<Theme>('dark');

/** Begin with what was chosen before; `preferred` may leave it to the system. */
export function startTheme(preferred: Theme | 'system'): void {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const system: Theme = dark ? 'dark' : 'light';
  show(kept() ?? (preferred === 'system' ? system : preferred));
}

export function switchTheme(): void {
  show(theme.value === 'dark' ? 'light' : 'dark');
  try {
    localStorage.setItem(KEPT_AS, theme.value);
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

function show(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.dataset['theme'] = chosen;
}

function kept(): Theme | null {
  try {
    const found = localStorage.getItem(KEPT_AS);
    return found === 'dark' || found === 'light' ? found : null;
  } catch {
    return null;
  }
}
