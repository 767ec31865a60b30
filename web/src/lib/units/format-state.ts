import { formatValue } from '../format/value.ts';

type Format = (value: number, locale: string) => string;

/** What units report about themselves in figures (DEVICE: unit_state): bytes, seconds, dBm. */
const formats: Record<string, Format> = {
  memory_used: formatBytes,
  memory_free: formatBytes,
  uptime: formatSeconds,
  rssi: (value, locale) => `${formatValue(value, locale)} dBm`,
};

export function formatState(name: string, value: unknown, locale: string): string {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  return format && typeof value === 'number' ? format(value, locale) : formatValue(value, locale);
}

/** Bytes in steps of 1,024: "12.4 kB". */
export function formatBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const options = { style: 'unit', unit: units[step], maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, options).format(bytes / 1024 ** step);
}

/** The two largest parts: "3 days 4 hr". */
function formatSeconds(seconds: number, locale: string): string {
  const parts = [
    ['day', Math.floor(seconds / 86_400)],
    ['hour', Math.floor(seconds / 3_600) % 24],
    ['minute', Math.floor(seconds / 60) % 60],
    ['second', Math.floor(seconds) % 60],
  ] as const;
  const first = parts.findIndex(([, count]) => count > 0);
  const shown = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([, count]) => count > 0);
  return shown
    .map(([unit, count]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count))
    .join(' ');
}
