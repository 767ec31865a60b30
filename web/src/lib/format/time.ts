const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** From this age on a date says more than a count of days. */
const longest = 30 * day;

/**
 * How long ago, or how soon: "now", "12 sec. ago", "3 hr. ago", then the date.
 * @param at epoch milliseconds
 * @param now epoch milliseconds
 */
export function relativeTime(at: number, now: number, locale: string): string {
  const difference = at - now;
  const age = Math.abs(difference);
  if (age >= longest) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at);
  const [unit, length] = unitOf(age);
  const count = Math.trunc(difference / length);
  // Clocks of server and browser differ a little: a few seconds either way are "now".
  const shown = unit === 'second' && age < 3 * second ? 0 : count;
  return new Intl.RelativeTimeFormat(locale, { numeric: shown === 0 ? 'auto' : 'always', style: 'short' }).format(
    shown,
    unit,
  );
}

function unitOf(age: number): ['second' | 'minute' | 'hour' | 'day', number] {
  if (age < minute) return ['second', second];
  if (age < hour) return ['minute', minute];
  if (age < day) return ['hour', hour];
  return ['day', day];
}

/** Date and time to the second, in the reader's time zone. @param at epoch milliseconds */
export function exactTime(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}
