// The texts of the console in the language spoken.
import { makeWords } from '../lib/i18n/words';
import { words } from './words/en';

export const { t, has, start, speak } = makeWords(words, {
  ru: () => import('./words/ru'),
  kk: () => import('./words/kk'),
  ar: () => import('./words/ar'),
});

/** Return the text of a name that the server sent, or the name itself where we have no text. */
export function said(prefix: string, name: string): string {
  const full = `${prefix}_${name}`;
  return has(full) ? t(full) : name;
}
