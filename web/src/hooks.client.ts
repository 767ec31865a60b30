import type { HandleClientError } from '@sveltejs/kit/hooks';
import { ApiError } from '#lib/api/api-error.ts';
import { explain, tellError } from '#lib/api/explain.ts';

/** A handler may simply `await call(…)`: what the instance refuses is told here. */
export function init(): void {
  addEventListener('unhandledrejection', (event) => {
    if (!(event.reason instanceof ApiError)) return;
    event.preventDefault();
    tellError(event.reason);
  });
}

/** A load function may simply `await call(…)`: what the instance refuses becomes the error page, with its status. */
export const handleError: HandleClientError = ({ error, kind }) => {
  if (error instanceof ApiError) return { status: error.status || 503, message: explain(error), code: error.code };
  if (kind === 'unknown') console.error(error);
};
