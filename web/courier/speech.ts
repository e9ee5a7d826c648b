// The texts of the courier's app in the language spoken.
import { makeWords } from '../lib/i18n/words';
import { words } from './words/en';

export const { t, start, speak } = makeWords(words, {
  ru: () => import('./words/ru'),
  kk: () => import('./words/kk'),
  ar: () => import('./words/ar'),
});
