// Which language the page speaks: asked for in the address, chosen before, or the browser's.
import { signal } from '@preact/signals';

export const LOCALES = ['en', 'ru', 'kk', 'ar'] as const;
export type Locale = (typeof LOCALES)[number];

/** Each language in its own words. */
export const OWN_NAMES: Record<Locale, string> = {
  en: 'English',
  ru: 'Русский',
  kk: 'Қазақша',
  ar: 'العربية',
};

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar']);
const KEPT_AS = 'hermod.locale';

/** Return the first language we speak among those asked for. */
export function chooseLocale(asked: readonly (string | null | undefined)[]): Locale {
  for (const one of asked) {
    const language = one?.toLowerCase().split('-')[0];
    const found = LOCALES.find((locale) => locale === language);
    if (found) return found;
  }
  return 'en';
}

export const locale = signal<Locale>('en');

/** Find the language for this visitor. */
export function startLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang');
  return chooseLocale([asked, remembered(), ...navigator.languages]);
}

/** Speak this language from now on, in this direction. */
export function speakIn(chosen: Locale): void {
  locale.value = chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dir = RIGHT_TO_LEFT.has(chosen) ? 'rtl' : 'ltr';
}

export function rememberLocale(chosen: Locale): void {
  try {
    localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // A browser that keeps nothing still speaks the language until it is closed.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}
