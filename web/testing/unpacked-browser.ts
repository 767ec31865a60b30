import chromium from '@sparticuz/chromium';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The browser's program. */
    chromium: string;
  }
}

/** Unpacks the browser before there are workers: two that do so at once take each other's half a file for the whole. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await chromium.executablePath());
}
