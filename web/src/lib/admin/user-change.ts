import { m } from '#lib/paraglide/messages.js';
import type { ListedUser } from './load-administration.ts';

export type UserChange = 'lock' | 'unlock' | 'promote' | 'demote';

type Face = {
  action: () => string;
  title: (names: { name: string }) => string;
  /** What comes of it, one line each */
  effects: (() => string)[];
  danger: boolean;
  body: { locked: boolean } | { role: ListedUser['role'] };
};

export const userChanges: Record<UserChange, Face> = {
  lock: {
    action: m.admin_lock,
    title: m.admin_lock_title,
    effects: [m.admin_lock_sessions, m.admin_lock_tokens, m.admin_lock_devices, m.admin_lock_kept],
    danger: true,
    body: { locked: true },
  },
  unlock: {
    action: m.admin_unlock,
    title: m.admin_unlock_title,
    effects: [m.admin_unlock_text],
    danger: false,
    body: { locked: false },
  },
  promote: {
    action: m.admin_promote,
    title: m.admin_promote_title,
    effects: [m.admin_promote_text],
    danger: false,
    body: { role: 'administrator' },
  },
  demote: {
    action: m.admin_demote,
    title: m.admin_demote_title,
    effects: [m.admin_demote_text],
    danger: false,
    body: { role: 'user' },
  },
};

/** What an administrator may do with somebody else's account as it is now. */
export function changesOf({ locked, role }: ListedUser): UserChange[] {
  return [role === 'administrator' ? 'demote' : 'promote', locked ? 'unlock' : 'lock'];
}
