import { m } from '#lib/paraglide/messages.js';
import type { DeviceName } from './device-name.ts';

/** "Firefox on Windows", or what of it is known. */
export function deviceLabel({ browser, system }: DeviceName): string {
  if (browser && system) return m.account_device({ browser, system });
  return browser ?? system ?? m.account_device_unknown();
}
