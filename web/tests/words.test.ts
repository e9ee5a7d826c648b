// Texts: values put in, plurals of each language, every catalogue complete.
import { describe, expect, test } from 'vitest';
import { chooseLocale } from '../lib/i18n/locale';
import { fill, type Catalogue, type Text } from '../lib/i18n/words';

const pages = import.meta.glob<{ words: Catalogue }>('../{console,track,courier}/words/*.ts', { eager: true });

test('the first language asked for that we speak is taken', () => {
  expect(chooseLocale([null, 'de-DE', 'kk-KZ', 'ru'])).toBe('kk');
  expect(chooseLocale(['xx'])).toBe('en');
});

test('values are put in, unknown ones stay visible', () => {
  expect(fill('{name} at {place}', 'en', { name: 'Ana' })).toBe('Ana at {place}');
});

test('Russian has its own forms for 1, 3 and 5', () => {
  const text = { one: '{n} а', few: '{n} ы', many: '{n} —', other: '?' };
  expect([1, 3, 5, 21].map((n) => fill(text, 'ru', { n }))).toEqual(['1 а', '3 ы', '5 —', '21 а']);
});

function placeholders(text: Text): string[] {
  const forms = typeof text === 'string' ? [text] : [text.other];
  return [...forms.join().matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

describe('every catalogue', () => {
  for (const [file, { words }] of Object.entries(pages)) {
    const english = pages[file.replace(/\w+\.ts$/, 'en.ts')]!.words;
    const language = /(\w+)\.ts$/.exec(file)![1]!;

    test(`${file} has the same names as the English one`, () => {
      expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    });

    test(`${file} puts in the same values`, () => {
      for (const name of Object.keys(english)) {
        expect([name, placeholders(words[name]!)]).toEqual([name, placeholders(english[name]!)]);
      }
    });

    test(`${file} has each plural form of its language`, () => {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [name, text] of Object.entries(words)) {
        if (typeof text === 'string') continue;
        expect([name, needed.filter((one) => !(one in text))]).toEqual([name, []]);
      }
    });
  }
});
