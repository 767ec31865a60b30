import { m } from '#lib/paraglide/messages.js';
import type { Receipt } from './command.ts';

const words: Record<Receipt['status'], () => string> = {
  queued: m.command_queued,
  sent: m.command_sent,
  received: m.command_received,
  done: m.command_done,
  failed: m.command_failed,
  expired: m.command_expired,
  cancelled: m.command_cancelled,
};

export const statusLabel = (status: Receipt['status']) => words[status]();

export const statusTones = {
  queued: 'late',
  sent: 'late',
  received: 'late',
  done: 'ok',
  failed: 'alarm',
  expired: 'off',
  cancelled: 'off',
} as const satisfies Record<Receipt['status'], string>;
