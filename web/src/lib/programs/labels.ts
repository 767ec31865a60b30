import { m } from '#lib/paraglide/messages.js';
import type { Update } from './update.ts';

const words: Record<Update['status'], () => string> = {
  waiting: m.program_waiting,
  ordered: m.program_ordered,
  fetching: m.program_fetching,
  trial: m.program_trial,
  done: m.program_done,
  failed: m.program_failed,
  cancelled: m.program_cancelled,
};
const texts: Partial<Record<Update['status'], () => string>> = {
  waiting: m.program_waiting_text,
  ordered: m.program_ordered_text,
  trial: m.program_trial_text,
};

export const updateLabel = ({ status, overTheAir }: Update) =>
  status === 'done' && !overTheAir ? m.program_by_cable() : words[status]();

/** What was said of it, or else what happens next. */
export const updateText = ({ status, detail }: Update) => detail || (texts[status]?.() ?? '');
