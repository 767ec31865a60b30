/** Latencies in milliseconds, all of them: percentiles are exact. */
export function createLatencies() {
  let values = new Float32Array(65_536);
  let count = 0;

  return {
    add(milliseconds: number): void {
      if (count === values.length) {
        const larger = new Float32Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = milliseconds;
    },
    count: () => count,
    /** The smallest latency that this share (0 … 1) of all did not exceed, for each; NaN when there are none. */
    percentiles(shares: readonly number[]): number[] {
      const sorted = values.slice(0, count).sort();
      return shares.map((share) => sorted[Math.max(Math.ceil(share * count) - 1, 0)] ?? Number.NaN);
    },
  };
}

export type Latencies = ReturnType<typeof createLatencies>;
