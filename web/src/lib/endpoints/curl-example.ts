import type { Endpoint } from './endpoint.ts';

/** A text as one word of a POSIX shell (XCU §2.2.2). */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const json = `-H 'Content-Type: application/json'`;

/**
 * Lines for a shell that submit this JSON to an endpoint.
 * @param secret SECRET stands for it once it is told no longer
 */
export function curlExample(
  { address, auth, needsTimestamp }: Pick<Endpoint, 'address' | 'auth' | 'needsTimestamp'>,
  body: string,
  secret = 'SECRET',
): string {
  if (auth === 'hmac') return signedExample(address, body, secret, needsTimestamp);
  const token = auth === 'token' ? [`-H 'Authorization: Bearer ${secret}'`] : [];
  return ['curl', ...token, json, `-d ${quoted(body)}`, address].join(' \\\n  ');
}

function signedExample(address: string, body: string, secret: string, needsTimestamp: boolean): string {
  const time = needsTimestamp ? ['time=$(date +%s)'] : [];
  const signed = needsTimestamp ? '$time.$body' : '$body';
  const headers = [json, ...(needsTimestamp ? ['-H "X-Croft-Timestamp: $time"'] : [])];
  return [
    `body=${quoted(body)}`,
    ...time,
    `signature=$(printf '%s' "${signed}" | openssl dgst -sha256 -hmac '${secret}' | sed 's/.* //')`,
    ['curl', ...headers, '-H "X-Hub-Signature-256: sha256=$signature"', '-d "$body"', address].join(' \\\n  '),
  ].join('\n');
}
