const mostHeaders = 50;
/** Characters. */
const [longestName, longestValue] = [100, 500];

/** Names whose values let somebody in, here or elsewhere: `Authorization`, `Cookie`, `X-Hub-Signature-256`, `X-Api-Key` … */
const secret = /auth|cookie|token|secret|signature|password|api-?key|session/i;

/**
 * The headers of a request as they are kept: without what is secret, 50 at most, long values cut.
 * @param raw names and values in turn, as Node has them
 */
export function keptHeaders(raw: readonly string[]): [name: string, value: string][] {
  const kept: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length && kept.length < mostHeaders; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]];
    kept.push([cut(name, longestName), secret.test(name) ? '(not kept)' : cut(value, longestValue)]);
  }
  return kept;
}

export const cut = (text: string, longest: number): string =>
  (text.length > longest ? `${text.slice(0, longest)}…` : text).toWellFormed();
