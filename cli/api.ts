import type { Api, ApiInput, ApiReply } from '../server/contract.ts';
import type { Issue } from '../server/errors.ts';

export type Connection = { url: string; token: string };

/** Why a call failed: as the instance says (RFC 9457), or that there was no answer (status 0). */
export class CallError extends Error {
  override name = 'CallError';
  readonly status: number;
  readonly issues: readonly Issue[];

  constructor(status: number, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.status = status;
    this.issues = issues;
  }
}

const patience = 30_000;

type Parts = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };
type Arguments<K extends keyof Api> =
  Record<never, never> extends ApiInput<K> ? [input?: ApiInput<K>] : [input: ApiInput<K>];

/** Calls an instance; `headers` say who calls. */
export function createApi(url: string, headers: Record<string, string>) {
  async function send(key: string, parts: Parts): Promise<Response> {
    const [method = '', template = ''] = key.split(' ');
    const path = template.replaceAll(/:(\w+)/g, (_, name) => encodeURIComponent(String(parts.params?.[name])));
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(parts.query ?? {})) address.searchParams.set(name, String(value));
    const body = parts.body === undefined ? undefined : JSON.stringify(parts.body);
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const signal = AbortSignal.timeout(patience);
    return fetch(address, { method, headers: { ...headers, ...type }, body, signal }).catch((error: Error) => {
      const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
      throw new CallError(
        0,
        `${url} does not answer (${code ?? message}). Is it running? --url names another instance.`,
      );
    });
  }

  return {
    url,

    /** The reply, and the response it came with. @throws CallError */
    async ask<K extends keyof Api & string>(key: K, ...[input]: Arguments<K>) {
      const response = await send(key, (input ?? {}) as Parts);
      const reply = await response.json().catch(() => undefined);
      if (response.ok && reply !== undefined) return { reply: reply as ApiReply<K>, response };
      const { title, issues } = (reply ?? {}) as { title?: string; issues?: Issue[] };
      throw new CallError(response.status, title ?? `${url} answers ${response.status}, not as Croft does.`, issues);
    },

    /** @throws CallError */
    async call<K extends keyof Api & string>(key: K, ...input: Arguments<K>): Promise<ApiReply<K>> {
      return (await this.ask(key, ...input)).reply;
    },
  };
}

export type ApiClient = ReturnType<typeof createApi>;

export const apiOf = ({ url, token }: Connection) => createApi(url, { Authorization: `Bearer ${token}` });
