import { createContext } from 'svelte';
import { getLocale, type Locale, locales, overwriteGetLocale, setLocale } from '#lib/paraglide/runtime.js';

/** The languages in their own words. */
export const languageNames: Record<Locale, string> = { en: 'English', ru: 'Русский' };

/**
 * The language of the page. Messages read it as state, so that a switch changes the texts in place, without a reload.
 * Made once, by the root layout.
 */
export function createLanguage() {
  let current = $state<Locale>(getLocale());
  overwriteGetLocale(() => current);
  $effect.pre(() => {
    document.documentElement.lang = current;
  });
  return {
    all: locales,
    get current() {
      return current;
    },
    choose(locale: Locale) {
      setLocale(locale, { reload: false });
      current = locale;
    },
  };
}

export type Language = ReturnType<typeof createLanguage>;
export const [useLanguage, provideLanguage] = createContext<Language>();
