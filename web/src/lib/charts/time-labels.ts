const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/**
 * What stands at the ticks of a time axis: the time of day, with the date under the first and under each new day;
 * dates alone when ticks are days apart; months when they are months apart.
 * @param ticks epoch milliseconds
 * @param step milliseconds between two of them
 */
export function timeLabels(ticks: readonly number[], step: number, locale: string): string[] {
  if (step >= 28 * day) return ticks.map(formatter(locale, { month: 'short', year: 'numeric' }));
  const date = formatter(locale, { day: 'numeric', month: 'short' });
  if (step >= day) return ticks.map(date);
  const time = formatter(locale, {
    hour: hasTwelveHours(locale) ? 'numeric' : '2-digit',
    minute: '2-digit',
    ...(step < minute && { second: '2-digit' }),
  });
  return ticks.map((tick, index) => {
    const before = ticks[index - 1];
    const sameDay = before !== undefined && date(before) === date(tick);
    return sameDay ? time(tick) : `${time(tick)}\n${date(tick)}`;
  });
}

function formatter(locale: string, options: Intl.DateTimeFormatOptions): (at: number) => string {
  const format = new Intl.DateTimeFormat(locale, options);
  return (at) => format.format(at);
}

/** Pixels between two ticks that keep their labels apart: "10:00:30 PM" needs more than "22:00:30". */
export const tickSpace = (locale: string) => (hasTwelveHours(locale) ? 96 : 72);

const hasTwelveHours = (locale: string) =>
  new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 === true;
