import { explain } from '#lib/api/explain.ts';

/**
 * One thing asked of the instance: under way, done, or refused with the instance's own line, which for links names the end or
 * the transform that does not fit and what would.
 */
export function createAsking() {
  let busy = $state(false);
  let refusal = $state<string>();
  return {
    get busy() {
      return busy;
    },
    get refusal() {
      return refusal;
    },
    set refusal(line) {
      refusal = line;
    },
    /** @returns whether it was done */
    async ask(send: () => Promise<void>): Promise<boolean> {
      if (busy) return false;
      busy = true;
      refusal = undefined;
      try {
        await send();
        return true;
      } catch (error) {
        refusal = explain(error);
        return false;
      } finally {
        busy = false;
      }
    },
  };
}
