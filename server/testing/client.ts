import type { Api, ApiInput, ApiReply } from '../contract.ts';
import type { Issue } from '../errors.ts';

/** Why a call failed, as problem+json says. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[];

  constructor(problem: { status: number; code: string; title: string; issues?: Issue[] }) {
    super(`${problem.status} ${problem.code}: ${problem.title}`);
    this.status = problem.status;
    this.code = problem.code;
    this.issues = problem.issues ?? [];
  }
}

type Parts = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

/** Calls an instance as a browser does: keeps its cookies and sends Origin. `bearer` calls with an API token instead. */
export function createClient(url: () => string, options: { bearer?: string } = {}) {
  let cookie = '';

  async function send(key: string, parts: Parts = {}, headers: Record<string, string> = {}): Promise<Response> {
    const [method = '', template = ''] = key.split(' ');
    const path = template.replaceAll(/[:*](\w+)/g, (_, name) => encodeURIComponent(String(parts.params?.[name])));
    const address = new URL(path, url());
    for (const [name, value] of Object.entries(parts.query ?? {})) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const response = await fetch(address, {
      method,
      headers: {
        ...(options.bearer ? { Authorization: `Bearer ${options.bearer}` } : { Origin: url(), Cookie: cookie }),
        ...(parts.body === undefined || parts.body instanceof Blob ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(parts.body === undefined
        ? {}
        : { body: parts.body instanceof Blob ? parts.body : JSON.stringify(parts.body) }),
    });
    for (const set of response.headers.getSetCookie()) cookie = set.split(';')[0] ?? '';
    return response;
  }

  return {
    /** The raw answer, whatever its status. */
    send,
    cookie: () => cookie,

    /** The reply. @throws ProblemError when it is a problem */
    async call<K extends keyof Api & string>(key: K, ...[input]: Arguments<K>): Promise<ApiReply<K>> {
      const response = await send(key, input as Parts | undefined);
      if (!response.ok)
        throw new ProblemError((await response.json()) as ConstructorParameters<typeof ProblemError>[0]);
      if (response.status === 204) return undefined as ApiReply<K>;
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return (isJson ? await response.json() : response) as ApiReply<K>;
    },
  };
}

type Arguments<K extends keyof Api> =
  Record<never, never> extends ApiInput<K> ? [input?: ApiInput<K>] : [input: ApiInput<K>];

export type TestClient = ReturnType<typeof createClient>;
