import type { ApiReply } from '../../../../server/contract.ts';

export type Receipt = ApiReply<'GET /api/commands/:id'>;
export type Argument = Receipt['args'][number];

const over = new Set<Receipt['status']>(['done', 'failed', 'expired', 'cancelled']);

export const isOver = ({ status }: Pick<Receipt, 'status'>) => over.has(status);

/** Whether the unit has not got it. */
export const isCancellable = ({ status }: Pick<Receipt, 'status'>) => status === 'queued' || status === 'sent';

/** When it got as far as it is now: ISO 8601. */
export function reachedAt({ status, createdAt, sentAt, receivedAt, finishedAt, expiresAt }: Receipt): string {
  if (status === 'expired') return finishedAt ?? expiresAt;
  return finishedAt ?? receivedAt ?? (status === 'queued' ? createdAt : (sentAt ?? createdAt));
}
