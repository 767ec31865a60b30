/** The first that matches wins: nearly every browser also names the ones it descends from. */
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera|OPiOS)\//, 'Opera'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac(?:intosh| OS X)\b/, 'macOS'],
  [/\b(?:Linux|X11)\b/, 'Linux'],
];

const handhelds = new Set(['iPhone', 'iPad', 'Android']);

export type DeviceName = {
  /** The browser, or the program that stands first in the user agent (`curl`); undefined when neither is told */
  browser: string | undefined;
  system: string | undefined;
  isHandheld: boolean;
};

/**
 * What a person would call the device of a user agent (RFC 9110 §10.1.5). It is a guess for reading, never for a decision:
 * user agents say what they like (an iPad asks for desktop pages as a Mac).
 */
export function nameDevice(userAgent: string): DeviceName {
  const system = firstIn(systems, userAgent);
  return {
    browser: firstIn(browsers, userAgent) ?? firstProduct(userAgent),
    system,
    isHandheld: system !== undefined && handhelds.has(system),
  };
}

const firstIn = (names: [RegExp, string][], text: string) => names.find(([pattern]) => pattern.test(text))?.[1];

/** `Mozilla` stands first in what every browser sends, and tells nothing. */
function firstProduct(userAgent: string): string | undefined {
  const product = /^[\w.-]{1,40}(?=\/|$)/.exec(userAgent)?.[0];
  return product === 'Mozilla' ? undefined : product;
}
