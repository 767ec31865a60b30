import { getLocale } from '#lib/paraglide/runtime.js';

/** What dates and numbers follow: the chosen language as written where the reader lives (en-GB, not just en). */
export function formatLocale(): string {
  const language = getLocale();
  return navigator.languages.find((tag) => isRegional(tag, language)) ?? language;
}

/** A browser in an odd environment may name locales that Intl refuses, such as `en-US@posix`. */
function isRegional(tag: string, language: string): boolean {
  try {
    return new Intl.Locale(tag).language === language;
  } catch {
    return false;
  }
}
