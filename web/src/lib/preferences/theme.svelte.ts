import { createContext } from 'svelte';
import { prefersDark } from './media.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themes)[number];

/** Read before the first paint by static/theme.js too. */
const storageKey = 'croft-theme';

/** The chosen theme, and the one it comes to. Made once, by the root layout. */
export function createTheme() {
  let choice = $state(readChoice());
  const system = prefersDark();
  return {
    get choice() {
      return choice;
    },
    get current(): 'light' | 'dark' {
      if (choice !== 'system') return choice;
      return system.current ? 'dark' : 'light';
    },
    choose(next: ThemeChoice) {
      choice = next;
      if (next === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      remember(next);
    },
  };
}

export type Theme = ReturnType<typeof createTheme>;
export const [useTheme, provideTheme] = createContext<Theme>();

function readChoice(): ThemeChoice {
  const chosen = document.documentElement.dataset.theme;
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

function remember(choice: ThemeChoice): void {
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
}
