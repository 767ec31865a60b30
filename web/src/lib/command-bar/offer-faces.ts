import Activity from '@lucide/svelte/icons/activity';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import Cpu from '@lucide/svelte/icons/cpu';
import Folder from '@lucide/svelte/icons/folder';
import History from '@lucide/svelte/icons/history';
import Plus from '@lucide/svelte/icons/plus';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import { m } from '#lib/paraglide/messages.js';
import type { Offer } from './offers.svelte.ts';

type Kind = Offer['kind'];

export const icons = {
  action: Plus,
  page: ArrowRight,
  unit: Cpu,
  found: Cpu,
  sector: Folder,
  variable: Activity,
  line: History,
  command: SquareTerminal,
  input: SlidersHorizontal,
  value: ArrowRight,
} satisfies Record<Kind, unknown>;

/** What one thing is called. */
export const kindLabels: Record<Kind, () => string> = {
  action: m.bar_actions,
  page: m.bar_pages,
  unit: m.unit,
  found: m.unit,
  sector: m.bar_sector,
  variable: m.bar_variables,
  line: m.bar_recent,
  command: m.bar_word,
  input: m.bar_input,
  value: m.bar_value,
};

/** What many of them are called together. */
export const groupLabels: Record<Kind, () => string> = {
  ...kindLabels,
  unit: m.units,
  found: m.bar_found,
  sector: m.sectors,
};
