type Sent = {
  value: unknown;
  /** When it was stored; undefined while it is on its way */
  at?: string;
};

/** A value as the instance has it; times in ISO 8601. */
export type Known = { value: unknown; at: string | null; confirmedAt: string | null };

/**
 * unset: never set · sending: on its way to the instance · waiting: stored, the unit has not acknowledged it yet ·
 * confirmed: the unit acknowledged it
 */
export type SettingStatus = 'unset' | 'sending' | 'waiting' | 'confirmed';

/**
 * The setting of one input. One value is on its way at a time; of those chosen meanwhile (a slider) only the last one
 * follows. What the instance refuses falls back to what it has.
 * @param put stores the value and says when
 */
export function createInputSetting(put: (value: unknown) => Promise<{ at: string }>) {
  let sent = $state.raw<Sent>();
  let error = $state.raw<unknown>();
  let next: Sent | undefined;
  let busy = false;

  async function sendAll(): Promise<void> {
    while (next) {
      const { value } = next;
      next = undefined;
      const { at } = await put(value);
      if (!next) sent = { value, at };
    }
  }

  return {
    /** Why the last value was refused */
    get error() {
      return error;
    },

    /** What to show, and how far it got, beside what the instance says. */
    over({ value, at, confirmedAt }: Known): { value: unknown; status: SettingStatus } {
      const newest = sent && (sent.at === undefined || sent.at > (at ?? '')) ? sent : { value, at: at ?? undefined };
      if (sent && sent.at === undefined) return { value: sent.value, status: 'sending' };
      if (newest.at === undefined) return { value: newest.value, status: 'unset' };
      const isConfirmed = confirmedAt !== null && confirmedAt >= newest.at;
      return { value: newest.value, status: isConfirmed ? 'confirmed' : 'waiting' };
    },

    async set(value: unknown): Promise<void> {
      error = undefined;
      sent = { value };
      next = sent;
      if (busy) return;
      busy = true;
      try {
        await sendAll();
      } catch (caught) {
        error = caught;
        sent = undefined;
        next = undefined;
      }
      busy = false;
    },
  };
}
