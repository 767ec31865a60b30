import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Message = string | Record<string, string>;
const read = (locale: string): Record<string, Message> =>
  JSON.parse(readFileSync(new URL(`${locale}.json`, import.meta.url), 'utf8'));
const [en, ru] = [read('en'), read('ru')];

const namesIn = (message: Message | undefined) =>
  [...new Set(JSON.stringify(message).matchAll(/\{(\w+)\}/g))].map(([, name]) => name).sort();

test('both languages have the same messages', () => expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort()));

test.each(Object.keys(en))('%s fills in the same, and has the plural forms of its language', (key) => {
  expect(new Set(namesIn(ru[key]))).toEqual(new Set(namesIn(en[key])));
  for (const [locale, message] of [
    ['en', en[key]],
    ['ru', ru[key]],
  ] as const) {
    expect(message).not.toBe('');
    if (typeof message !== 'object') continue;
    const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const count of [0, 1, 2, 5, 11, 21, 22, 25, 100]) {
      const form = new Intl.PluralRules(locale).select(count);
      expect(form in message || 'other' in message, `${locale} ${form}`).toBe(true);
    }
    for (const form of Object.keys(message)) expect(categories).toContain(form);
  }
});
