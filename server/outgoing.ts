import { lookup } from 'node:dns/promises';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { OutgoingError } from './outgoing-error.ts';

export { OutgoingError, type OutgoingProblem } from './outgoing-error.ts';

export type OutgoingRequest = {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: Uint8Array;
  signal?: AbortSignal;
  /** The most bytes of the answer's body. */
  limit: number;
};

export type OutgoingAnswer = {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** @throws OutgoingError when it breaks off, takes too long or has too many bytes */
  body: AsyncGenerator<Uint8Array, void, undefined>;
};

type Options = {
  /** Host names, addresses and CIDR ranges that may be reached although they are not public, also by plain http. */
  allow: readonly string[];
  /** Milliseconds until there must be a connection, its TLS included … */
  connectWithin?: number;
  /** … and until the last byte of the answer must be there. */
  within?: number;
  /** All addresses of a host name. */
  resolve?: (host: string) => Promise<Address[]>;
};
type Address = { address: string; family: number };

const hostName = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Whether this can stand in `allow`. */
export function isAllowable(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  if (prefix === undefined) return isIP(entry) > 0 || (hostName.test(entry) && !/^[\d.]+$/.test(entry));
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= ({ 4: 32, 6: 128 }[isIP(address)] ?? -1);
}

const resolveAll = (host: string): Promise<Address[]> => lookup(host, { all: true });

/**
 * The guarded way out (SSRF): https to public addresses only, and to what the operator allows. The address that is checked is
 * the one that is connected to; redirects are not followed, they are an answer like others.
 */
export function createOutgoing({ allow, connectWithin = 10_000, within = 60_000, resolve = resolveAll }: Options) {
  const hosts = new Set(allow.map((entry) => entry.toLowerCase()));
  const ranges = rangesOf(allow);

  /** Those that may be reached although they are not public. */
  const allowedOf = (host: string, addresses: Address[]) =>
    addresses.filter(({ address, family }) => hosts.has(host) || ranges.check(address, family === 6 ? 'ipv6' : 'ipv4'));

  /** @throws OutgoingError when the answer does not come; its body may throw it too */
  async function request({ url, method = 'GET', headers = {}, body, signal, limit }: OutgoingRequest) {
    const target = new URL(url);
    if (!/^https?:$/.test(target.protocol)) throw new OutgoingError('refused', `“${target.protocol}” is not https`);
    const late = AbortSignal.timeout(within);
    const ended = signal ? AbortSignal.any([signal, late]) : late;
    const trouble = (error: unknown): unknown =>
      late.aborted
        ? new OutgoingError('timeout', `no answer within ${seconds(within)}`)
        : signal?.aborted
          ? signal.reason
          : OutgoingError.of(error, target.hostname);
    try {
      const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
      const addresses = await untilAborted(resolve(host), ended);
      const allowed = allowedOf(host, addresses);
      if (target.protocol === 'http:' && allowed.length < addresses.length) {
        throw new OutgoingError('refused', `${target.hostname} may be reached by https only`);
      }
      const asked = ask(target, host, { addresses, allowed, method, headers, signal: ended });
      const answer = await answerOf(asked, body, connectWithin);
      return {
        status: answer.statusCode ?? 0,
        headers: flat(answer.headers),
        body: bounded(answer, limit, trouble),
      } satisfies OutgoingAnswer;
    } catch (error) {
      throw trouble(error);
    }
  }

  return { request };
}

export type Outgoing = ReturnType<typeof createOutgoing>;

type Ask = { addresses: Address[]; allowed: Address[]; method: string; headers: Record<string, string> };

function ask(
  target: URL,
  host: string,
  { addresses, allowed, method, headers, signal }: Ask & { signal: AbortSignal },
) {
  const isSecure = target.protocol === 'https:';
  // The name was resolved before; were it asked for again, the answer could be another (DNS rebinding).
  const found: LookupFunction = (_name, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, addresses);
    else if (first) done(null, first.address, first.family);
  };
  const filter = { allowIPAddressList: allowed.map(({ address }) => address) };
  return (isSecure ? https : http).request({
    agent: isSecure ? new RequestFilteringHttpsAgent(filter) : new RequestFilteringHttpAgent(filter),
    host,
    ...(isSecure && isIP(host) === 0 ? { servername: host } : {}),
    ...(target.port ? { port: target.port } : {}),
    path: target.pathname + target.search,
    method,
    headers,
    lookup: found,
    signal,
  });
}

function answerOf(asked: ClientRequest, body: Uint8Array | undefined, connectWithin: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      asked.destroy(new OutgoingError('timeout', `no connection within ${seconds(connectWithin)}`));
    }, connectWithin);
    asked.once('socket', (socket) => {
      socket.once(asked.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    asked.once('close', () => clearTimeout(timer));
    asked.once('response', resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

async function* bounded(answer: IncomingMessage, limit: number, trouble: (error: unknown) => unknown) {
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new OutgoingError('too-large', `the answer has more than ${limit} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw trouble(error);
  } finally {
    answer.destroy();
  }
}

function rangesOf(allow: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const entry of allow) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) > 0) ranges.addSubnet(address, prefix ? Number(prefix) : family === 'ipv6' ? 128 : 32, family);
  }
  return ranges;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}

const flat = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

const seconds = (milliseconds: number) => `${milliseconds / 1000} s`;
