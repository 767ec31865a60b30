/** SenML and UCUM symbols that people write otherwise (RFC 8428 §12.1); the rest stand as they are. */
const symbols = new Map([
  ['Cel', '°C'],
  ['degF', '°F'],
  ['deg', '°'],
  ['%RH', '%'],
  ['%EL', '%'],
  ['/', ''],
  ['Ohm', 'Ω'],
  ['m2', 'm²'],
  ['m3', 'm³'],
  ['m/s2', 'm/s²'],
  ['m3/s', 'm³/s'],
  ['W/m2', 'W/m²'],
  ['kg/m3', 'kg/m³'],
  ['ug/m3', 'µg/m³'],
  ['uSv/h', 'µSv/h'],
  ['[in_i]', 'in'],
  ['[ft_i]', 'ft'],
]);

/** How a unit of measure is written for people. */
export function unitSymbol(unit: string | undefined): string {
  return unit === undefined ? '' : (symbols.get(unit) ?? unit);
}

/** Significant digits: more than a sensor has, fewer than the noise of binary fractions. */
const digits = 6;

/** A value for reading: numbers as the language writes them, texts as they are, everything else as JSON. */
export function formatValue(value: unknown, locale: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value, locale);
  return JSON.stringify(value);
}

function formatNumber(value: number, locale: string): string {
  if (Number.isInteger(value)) return new Intl.NumberFormat(locale).format(value);
  const size = Math.abs(value);
  const notation = size < 1e-4 || size >= 1e9 ? 'scientific' : 'standard';
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: digits, notation }).format(value);
}
