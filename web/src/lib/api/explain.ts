import { toast } from 'svelte-sonner';
import { m } from '#lib/paraglide/messages.js';
import { ApiError } from './api-error.ts';

/** An error in one line for people, in their language where the cause is known here. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return m.error_unexpected();
  if (error.code === 'unreachable') return m.error_unreachable();
  if (error.status === 429) return m.error_too_many({ count: Math.ceil(error.retryAfter ?? 60) });
  if (error.status >= 500) return m.error_instance();
  return error.message;
}

/** The one error toast. */
export function tellError(error: unknown): void {
  toast.error(explain(error));
}
