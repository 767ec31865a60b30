import chromium from '@sparticuz/chromium';

/** Unpacks the browser before there are workers: two that do so at once take each other's half a file for the whole. */
export async function setup(): Promise<void> {
  await chromium.executablePath();
}
