import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from './api.ts';
import { UsageError } from './usage.ts';

type Given = { url?: string; token?: string };

export const connectionOptions = { url: { type: 'string' }, token: { type: 'string' } } as const;

export const connectionHelp = `  --url <origin>    the instance; else CROFT_URL, else ~/.config/croft.json, else http://localhost:8080
  --token <secret>  an API token with the scopes read and write (account page of the web pages); else CROFT_TOKEN, else
                    ~/.config/croft.json: {"url": "https://croft.example.org", "token": "croft_…"}
                    A token on the command line can be seen by other programs of this machine.
`;

/**
 * Which instance to call, and as whom.
 * @throws UsageError without a token, or when the file cannot be read
 */
export async function readConnection(flags: Given, env: NodeJS.ProcessEnv): Promise<Connection> {
  const path = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'croft.json');
  const file = await readFileOf(path);
  const url = originOf(flags.url || env.CROFT_URL || file.url || 'http://localhost:8080');
  // The token of the file is for the instance of the file: another one must not get to know it.
  const kept = file.url === undefined || originOf(file.url) === url ? file.token : undefined;
  const token = flags.token || env.CROFT_TOKEN || kept;
  if (token) return { url, token };
  throw new UsageError(
    `No API token for ${url}: make one on its account page, then set CROFT_TOKEN, or write it into ${path}.`,
  );
}

/** @throws UsageError unless it is http(s)://host[:port] */
export function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw new UsageError(`${text} is no address of an instance: write it as in https://croft.example.org.`);
}

async function readFileOf(path: string): Promise<Given> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new UsageError(`${path} cannot be read: ${error.message}`);
  });
  try {
    const { url, token } = JSON.parse(text) as Record<string, unknown>;
    if ([url, token].every((one) => one === undefined || typeof one === 'string')) return { url, token } as Given;
  } catch {}
  throw new UsageError(`${path} is not as it should be: {"url": "https://croft.example.org", "token": "croft_…"}`);
}
