// Texts of a page: one catalogue per language, loaded when spoken, with plurals and values put in.
import { signal } from '@preact/signals';
import { numbersOf } from '../time/format';
import { locale, rememberLocale, startLocale, speakIn, type Locale } from './locale';

/** Forms of a text by plural category; `other` is always there. */
type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Text = string | Plural;
export type Catalogue = Record<string, Text>;

/** A catalogue in another language: the same names, texts or plurals. */
export type Like<English extends Catalogue> = { [Name in keyof English]: Text };

export type Values = Record<string, string | number>;

/** Return a text with its values put in; `n` chooses among plural forms. */
export function fill(text: Text, language: string, values: Values = {}): string {
  let form = text;
  if (typeof form === 'object') {
    const category = new Intl.PluralRules(language).select(Number(values['n'] ?? 0));
    form = form[category] ?? form.other;
  }
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(numbersOf(language)) : value;
  });
}

type Loaders<English extends Catalogue> = Record<
  Exclude<Locale, 'en'>,
  () => Promise<{ words: Like<English> }>
>;

export interface Words<English extends Catalogue> {
  /** Return a text of the page in the language spoken now. */
  t: (name: keyof English & string, values?: Values) => string;
  /** Tell whether the catalogue has this name: for names that the server made up. */
  has: (name: string) => name is keyof English & string;
  /** Load and speak the language of this visitor. */
  start: () => Promise<void>;
  /** Change the language and remember it. */
  speak: (chosen: Locale) => Promise<void>;
}

/** Return the texts of a page; English is built in, the others come when they are spoken. */
export function makeWords<English extends Catalogue>(
  english: English,
  loaders: Loaders<English>,
): Words<English> {
  const current = signal<Like<English>>(english);

  async function load(chosen: Locale): Promise<void> {
    current.value = chosen === 'en' ? english : (await loaders[chosen]()).words;
    speakIn(chosen);
  }

  return {
    t: (name, values) => fill(current.value[name], locale.value, values),
    has: (name): name is keyof English & string => Object.hasOwn(english, name),
    start: () => load(startLocale()).catch(() => load('en')),
    async speak(chosen) {
      await load(chosen);
      rememberLocale(chosen);
    },
  };
}
