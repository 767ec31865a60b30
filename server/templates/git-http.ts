import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import type { Outgoing } from '../outgoing.ts';
import { hidden, RepositoryError } from './failure.ts';

type Deps = {
  outgoing: Outgoing;
  url: string;
  token: string | null;
  signal: AbortSignal;
  /** The most bytes of one answer. */
  limit: number;
  /** Bytes of a pack so far. */
  received?: (bytes: number) => void;
};

const question = '/info/refs?service=git-upload-pack';
const mostRedirects = 3;

/**
 * The HTTP client of isomorphic-git over the guarded way out. A token goes to the repository's own origin alone: redirects are
 * followed there (GitLab adds `.git`), and are an error that names the new address where they lead elsewhere.
 */
export function createGitHttp({ outgoing, url, token, signal, limit, received }: Deps): HttpClient {
  const asGiven = url;
  let base = url;
  const own = {
    // Some servers serve git to git alone.
    'User-Agent': 'git/2 (croft)',
    ...(token === null ? {} : { Authorization: basicOf(token) }),
  };

  async function send(address: string, request: GitHttpRequest, body: Uint8Array | undefined) {
    const method = request.method === 'POST' ? 'POST' : 'GET';
    return outgoing.request({ url: address, method, headers: { ...request.headers, ...own }, body, signal, limit });
  }

  return {
    async request(request): Promise<GitHttpResponse> {
      const body = request.body && (await joined(request.body));
      for (let redirects = 0; redirects <= mostRedirects; redirects++) {
        const address = base + request.url.slice(asGiven.length);
        const answer = await send(address, request, body);
        if (answer.status < 300 || answer.status > 399) {
          const { status: statusCode, headers } = answer;
          const body = received && request.method === 'POST' ? counted(answer.body, received) : whole(answer.body);
          return { url: address, statusCode, statusMessage: '', headers, body: await body };
        }
        base = movedTo(address, answer.headers.location ?? '');
      }
      throw new RepositoryError('The git server sends from one address to the next.');
    },
  };
}

/** @throws RepositoryError unless it is another place of the same origin */
function movedTo(address: string, location: string): string {
  const target = URL.parse(location, address);
  // Where there is nothing for a stranger, some servers lead to their page for signing in.
  if (!target?.href.endsWith(question)) throw new RepositoryError(hidden);
  const moved = target.href.slice(0, -question.length);
  if (target.origin !== new URL(address).origin) {
    throw new RepositoryError(`The repository has moved to ${moved}: use that address.`);
  }
  return moved;
}

/**
 * GitHub, Gitea and Forgejo take a token with any user name, GitLab does for its personal, project and group tokens and wants
 * `oauth2` for those of OAuth (gitlab.com/gitlab-org/gitlab/-/issues/349461). A deploy token has a name: `name:token`.
 */
const basicOf = (token: string) =>
  `Basic ${Buffer.from(token.includes(':') ? token : `oauth2:${token}`).toString('base64')}`;

async function joined(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A list of refs that breaks off would be taken for a shorter one: isomorphic-git 1.44 does not look at the error. */
async function whole(body: AsyncIterable<Uint8Array>): Promise<AsyncGenerator<Uint8Array>> {
  const bytes = await joined(body);
  return (async function* () {
    yield bytes;
  })();
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  received: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    received(bytes);
    yield chunk;
  }
}
