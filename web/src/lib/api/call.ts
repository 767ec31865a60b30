import { createCall } from './create-call.ts';
import { signInAddress } from './sign-in-address.ts';

/**
 * `call('PUT /api/variables/:id/value', { params, body })`, in load functions and handlers alike.
 * A full page load on sign-out: nothing of the former user stays in memory.
 */
export const { call, callRaw } = createCall({
  fetch: (...request) => globalThis.fetch(...request),
  onSignedOut: () => location.replace(signInAddress(location)),
});
