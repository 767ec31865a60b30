import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { curlExample } from './curl-example.ts';

const address = 'http://127.0.0.1:1/api/submit/1';
const body = `{"it's \\"warm\\"": 21.5, "a": "$HOME \`x\` 100 %"}`;

/** In the place of the two programs, which not every machine has: the one tells what it is to send, the other one signs. */
const programs = `
curl() { printf '%s\\0' "$@"; }
openssl() {
  [ "$1 $2 $3" = 'dgst -sha256 -hmac' ] || exit 1
  "$NODE" -e '
    const hmac = require("node:crypto").createHmac("sha256", process.argv[1]);
    process.stdin.on("data", (bytes) => hmac.update(bytes));
    process.stdin.on("end", () => console.log("SHA2-256(stdin)= " + hmac.digest("hex")));
  ' "$4"
}
`;

/** What curl would send, by its options: `-d` a body, which makes it a POST, `-H` a header. */
function sentBy(lines: string) {
  const env = { ...process.env, NODE: process.execPath };
  const words = execFileSync('sh', ['-c', `${programs}${lines}`], { encoding: 'utf8', env })
    .split('\0')
    .slice(0, -1);
  const sent = { address: words.pop(), body: '', headers: new Map<string, string>() };
  for (let index = 0; index < words.length; index += 2) {
    const [option, value = ''] = words.slice(index);
    const [, name = '', text = ''] = /^([^:]+): (.*)$/s.exec(value) ?? [];
    if (option === '-d') sent.body = value;
    else if (option === '-H') sent.headers.set(name, text);
    else throw new Error(`an option of curl that is not known here: ${option}`);
  }
  return sent;
}

test.each(['none', 'token'] as const)('the lines for "%s" send just this body', (auth) => {
  const sent = sentBy(curlExample({ address, auth, needsTimestamp: false }, body, 'open-sesame'));
  expect(sent).toMatchObject({ address, body });
  expect(sent.headers.get('Content-Type')).toBe('application/json');
  expect(sent.headers.get('Authorization')).toBe(auth === 'token' ? 'Bearer open-sesame' : undefined);
});

test.each([true, false])('the lines for HMAC sign it, with a time: %s', (needsTimestamp) => {
  const sent = sentBy(curlExample({ address, auth: 'hmac', needsTimestamp }, body, 'open-sesame'));
  expect(sent).toMatchObject({ address, body });
  const time = sent.headers.get('X-Croft-Timestamp');
  expect(time !== undefined && Math.abs(Number(time) * 1000 - Date.now()) < 60_000).toBe(needsTimestamp);
  const signed = needsTimestamp ? `${time}.${body}` : body;
  const signature = createHmac('sha256', 'open-sesame').update(signed).digest('hex');
  expect(sent.headers.get('X-Hub-Signature-256')).toBe(`sha256=${signature}`);
});

test('without its secret they say where it goes', () => {
  expect(curlExample({ address, auth: 'token', needsTimestamp: false }, body)).toContain('Bearer SECRET');
});
