/** Path → bytes of everything in the flash. */
export type Flash = Map<string, Uint8Array>;

/** What the worker is started with. */
export type Start = {
  flash: Flash;
  shims: Flash;
  /** Python that runs before boot.py */
  before: string;
  shared: SharedArrayBuffer;
  chip: Chip;
};

export type Chip = { epoch: 1970 | 2000; resetCause: number };

/** Places in the shared memory (Int32Array): what the board reads without waiting. */
export const place = { signal: 0, millisecondsAhead: 1, isWifiThere: 2, pins: 16 } as const;
export const sharedBytes = 4 * 256;

/** What the worker hears. */
export type Order = { kind: 'evaluate'; code: string } | { kind: 'stop' } | { kind: 'pause' } | { kind: 'resume' };

/** What the worker tells: `call` waits for its answer with Atomics.wait, the others do not. */
export type Report =
  | { kind: 'call'; words: (string | number)[] }
  | { kind: 'printed'; line: string }
  | { kind: 'started' }
  | { kind: 'evaluated'; value?: unknown; error?: string }
  | { kind: 'ended'; how: 'reset' | 'stopped' | 'crashed'; detail: string; flash: Flash };
