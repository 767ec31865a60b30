import { m } from '#lib/paraglide/messages.js';
import type { GivenGrant, MyRequest, Right } from './load-access.ts';

export const rightLabel = (right: Right) => (right === 'read' ? m.access_read_short() : m.access_write_short());

const statuses = {
  open: { label: m.access_status_open, tone: 'late' },
  granted: { label: m.access_status_granted, tone: 'ok' },
  declined: { label: m.access_status_declined, tone: 'off' },
} as const satisfies Record<MyRequest['status'], unknown>;

export const statusLabel = (status: MyRequest['status']) => statuses[status].label();
export const statusTone = (status: MyRequest['status']) => statuses[status].tone;

/** A user by name, a unit by its address; one that is not shown to the giver by its owner. */
export function holderLabel({ user, unit }: GivenGrant['to']): string {
  if (user !== null) return user;
  return unit?.address ?? m.access_holder_hidden({ name: unit?.owner ?? '' });
}
