const series = [
  'var(--color-series-1)',
  'var(--color-series-2)',
  'var(--color-series-3)',
  'var(--color-series-4)',
  'var(--color-series-5)',
  'var(--color-series-6)',
];

/** A colour for each value of a timeline: false is no colour, members of an enumeration keep theirs, others as they come. */
export function valueColours(
  listed: readonly unknown[] | undefined,
  seen: readonly unknown[],
): (value: unknown) => string {
  const texts = [...new Set([...(listed ?? []), ...seen].map((value) => JSON.stringify(value)))];
  const coloured = texts.filter((text) => text !== 'false');
  return (value) => {
    const place = coloured.indexOf(JSON.stringify(value));
    return (place === -1 ? undefined : series[place % series.length]) ?? 'var(--color-line)';
  };
}
