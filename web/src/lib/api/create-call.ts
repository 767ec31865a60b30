import type { Api, ApiInput, ApiReply } from '../../../../server/contract.ts';
import { ApiError, readProblem } from './api-error.ts';

type Key = keyof Api;
/** Routes whose answer the caller reads itself: CSV, event streams, pages. */
export type RawKey = { [K in Key]: ApiReply<K> extends Response ? K : never }[Key];
export type JsonKey = Exclude<Key, RawKey>;

type Arguments<K extends Key> = object extends ApiInput<K> ? [input?: ApiInput<K>] : [input: ApiInput<K>];
type Parts = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

type Deps = {
  fetch: typeof globalThis.fetch;
  /** The session ended: leave for the sign-in page. */
  onSignedOut: () => void;
};

/** Here 401 is an answer about what was typed, or about who is asking, not the end of a session. */
const answersAboutSignIn = new Set<string>(['GET /api/me', 'POST /api/sessions']);

/** How the web calls the instance, typed by the contracts. */
export function createCall({ fetch, onSignedOut }: Deps) {
  async function send(key: string, { params, query, body }: Parts): Promise<Response> {
    const [method = '', path = ''] = key.split(' ');
    const response = await fetch(withParams(path, params) + withQuery(query), {
      method,
      ...content(body),
    }).catch(() => {
      throw new ApiError(0, { title: 'The instance cannot be reached.', code: 'unreachable' });
    });
    if (response.ok) return response;
    if (response.status === 401 && !answersAboutSignIn.has(key)) {
      onSignedOut();
      // Never settles: the page is being left, nothing of it should go on.
      return new Promise(() => {});
    }
    throw await readProblem(response);
  }

  return {
    /**
     * Calls a route and gives its JSON reply; undefined for 204.
     * @throws ApiError; on 401 it goes to the sign-in page instead and never settles
     */
    async call<K extends JsonKey>(key: K, ...[input]: Arguments<K>): Promise<ApiReply<K>> {
      const response = await send(key, (input ?? {}) as Parts);
      return (response.status === 204 ? undefined : await response.json()) as ApiReply<K>;
    },

    /** Calls a route whose reply is no JSON document of the contract (history, CSV), for the caller to read. @throws ApiError */
    callRaw<K extends RawKey>(key: K, ...[input]: Arguments<K>): Promise<Response> {
      return send(key, (input ?? {}) as Parts);
    },
  };
}

/** A file goes as it is; fetch names its type. */
function content(body: unknown): RequestInit {
  if (body === undefined || body instanceof Blob) return body === undefined ? {} : { body };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function withParams(path: string, params: Record<string, unknown> = {}): string {
  return path.replaceAll(/[:*](\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function withQuery(query: Record<string, unknown> = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}
