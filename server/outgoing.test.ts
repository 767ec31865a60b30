import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createOutgoing, isAllowable, type OutgoingAnswer, type OutgoingRequest } from './outgoing.ts';

const servers: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server | TcpServer, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener, host?: string) => listen(createServer(listener), host);

const strict = createOutgoing({ allow: [] });
const local = createOutgoing({ allow: ['127.0.0.0/8', '::1'] });

async function textOf({ body }: OutgoingAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
const get = (outgoing: typeof strict, url: string, more: Partial<OutgoingRequest> = {}) =>
  outgoing.request({ url, limit: 1000, ...more });

describe('an address that is not public', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.3'],
    ['172.16.0.1', '172.16.0.1'],
    ['192.168.1.1', '192.168.1.1'],
    ['169.254.169.254', '169.254.169.254'],
    ['100.64.0.1', '100.64.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['[::1]', '::1'],
    ['[::]', '::'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['[::ffff:10.0.0.1]', '::ffff:a00:1'],
    ['[64:ff9b::a00:1]', '64:ff9b::a00:1'],
    ['[fe80::1]', 'fe80::1'],
    ['[fd00::1]', 'fd00::1'],
    ['localhost', expect.stringMatching(/^(127\.0\.0\.1|::1)$/)],
    ['LOCALHOST', expect.stringMatching(/^(127\.0\.0\.1|::1)$/)],
  ])('%s is not asked', async (host, address) => {
    const error = await get(strict, `https://${host}/`).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'OutgoingError', problem: 'refused' });
    const named = /^the address (\S+) is not public$/.exec(error.message)?.[1];
    expect(named).toEqual(address);
  });

  test('is not asked where a name leads to it, nor connected to', async () => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections++;
      socket.destroy();
    });
    const port = await listen(server);
    await expect(get(strict, `https://localhost:${port}/`)).rejects.toThrow(/is not public/);
    await expect(get(strict, `https://127.0.0.1:${port}/`)).rejects.toThrow(/is not public/);
    expect(connections).toBe(0);
  });

  test('is not asked where one of several that a name leads to is that', async () => {
    const both = async () => [
      { address: '93.184.215.14', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ];
    const outgoing = createOutgoing({ allow: [], resolve: both });
    await expect(get(outgoing, 'https://two.example/')).rejects.toThrow('the address 10.0.0.7 is not public');
  });

  test('is checked once: what was checked is what is connected to, whatever the name leads to by then', async () => {
    const port = await serve((_request, response) => response.end('the one that was checked'));
    const answers = [[{ address: '127.0.0.1', family: 4 }], [{ address: '10.0.0.7', family: 4 }]];
    const resolve = async () => answers.shift() ?? [];
    const outgoing = createOutgoing({ allow: ['127.0.0.1'], resolve });
    expect(await textOf(await get(outgoing, `http://rebinding.example:${port}/`))).toBe('the one that was checked');
    expect(answers).toHaveLength(1);
  });

  test('is asked when the operator allows it: by address, by range, by name', async () => {
    const port = await serve((_request, response) => response.end('hello'));
    for (const entry of ['127.0.0.1', '127.0.0.0/8', 'localhost']) {
      const outgoing = createOutgoing({ allow: [entry] });
      const host = entry === 'localhost' ? 'localhost' : '127.0.0.1';
      expect(await textOf(await get(outgoing, `http://${host}:${port}/`))).toBe('hello');
    }
    const other = createOutgoing({ allow: ['10.0.0.0/8', 'example.org', 'fd00::/8'] });
    await expect(get(other, `https://127.0.0.1:${port}/`)).rejects.toThrow('the address 127.0.0.1 is not public');
  });

  test('is asked in IPv6 too when the operator allows it', async () => {
    const port = await serve((_request, response) => response.end('six'), '::1');
    expect(await textOf(await get(local, `http://[::1]:${port}/`))).toBe('six');
  });
});

describe('a request', () => {
  test('goes by https to all but what the operator allows', async () => {
    await expect(get(strict, 'http://93.184.215.14/')).rejects.toThrow('93.184.215.14 may be reached by https only');
    await expect(get(local, 'http://93.184.215.14/')).rejects.toThrow('may be reached by https only');
    await expect(get(local, 'file:///etc/passwd')).rejects.toThrow('“file:” is not https');
  });

  test('carries method, headers and body, and gets status, headers and body', async () => {
    const port = await serve((request, response) => {
      response.writeHead(201, { 'X-Method': `${request.method} ${request.url} ${request.headers['x-one']}` });
      request.pipe(response);
    });
    const more = { method: 'POST', headers: { 'X-One': '1' }, body: Buffer.from('ping') } as const;
    const answer = await get(local, `http://127.0.0.1:${port}/a?b=c`, more);
    expect(answer).toMatchObject({ status: 201, headers: { 'x-method': 'POST /a?b=c 1' } });
    expect(await textOf(answer)).toBe('ping');
  });

  test('does not follow a redirect: it is the answer', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
    });
    expect(await get(local, `http://127.0.0.1:${port}/`)).toMatchObject({
      status: 302,
      headers: { location: 'http://127.0.0.1:1/' },
    });
    expect(asked).toBe(1);
  });
});

describe('an answer', () => {
  test('with more bytes than wanted is cut off', async () => {
    const port = await serve((_request, response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(4096), more));
      more();
    });
    const answer = await get(local, `http://127.0.0.1:${port}/`, { limit: 10_000 });
    await expect(textOf(answer)).rejects.toMatchObject({ problem: 'too-large' });
  });

  test.each([
    ['never begins', () => undefined],
    ['never ends', (response: { write: (text: string) => void }) => response.write('a')],
  ] as const)('that %s is given up', async (_, answer) => {
    const port = await serve((_request, response) => void answer(response));
    const impatient = createOutgoing({ allow: ['127.0.0.1'], within: 200 });
    const whole = get(impatient, `http://127.0.0.1:${port}/`).then(textOf);
    await expect(whole).rejects.toMatchObject({ problem: 'timeout', message: 'no answer within 0.2 s' });
  });

  test('is not waited for where there is no connection', async () => {
    // Accepts, and never answers the TLS greeting.
    const port = await listen(createTcpServer(() => undefined));
    const impatient = createOutgoing({ allow: ['127.0.0.1'], connectWithin: 200 });
    await expect(get(impatient, `https://127.0.0.1:${port}/`)).rejects.toThrow('no connection within 0.2 s');
  });

  test('that breaks off is an error, not the end', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half', () => response.destroy());
    });
    await expect(get(local, `http://127.0.0.1:${port}/`).then(textOf)).rejects.toMatchObject({ problem: 'broken' });
  });

  test('is not read on when the caller gives up', async () => {
    const port = await serve((_request, response) => void response.write('a'));
    const giveUp = new AbortController();
    const answer = await get(local, `http://127.0.0.1:${port}/`, { signal: giveUp.signal });
    const reading = textOf(answer);
    giveUp.abort(new Error('no more interest'));
    await expect(reading).rejects.toThrow('no more interest');
  });
});

test('a host that is not there is told apart from one that does not listen or is not trusted', async () => {
  await expect(get(local, 'https://no-such-host.invalid/')).rejects.toThrow(
    /^the host no-such-host\.invalid (is not known|could not be looked up)$/,
  );
  const closed = createServer();
  const port = await listen(closed);
  closed.close();
  await expect(get(local, `http://127.0.0.1:${port}/`)).rejects.toThrow('127.0.0.1 refused the connection');
  const pem = (name: string) => readFileSync(new URL(`testing/tls/localhost.${name}`, import.meta.url));
  const tls = createTlsServer({ cert: pem('crt'), key: pem('key') }, (_request, response) => void response.end());
  const secure = await listen(tls);
  await expect(get(local, `https://127.0.0.1:${secure}/`)).rejects.toMatchObject({ problem: 'certificate' });
  const plain = await serve((_request, response) => void response.end());
  await expect(get(local, `https://127.0.0.1:${plain}/`)).rejects.toMatchObject({ problem: 'certificate' });
});

test('what may be allowed is a host name, an address or a range of addresses', () => {
  const good = ['git.example', 'localhost', 'my_host', '10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1', '1.2.3.4/32'];
  expect(good.filter((entry) => !isAllowable(entry))).toEqual([]);
  const bad = [
    '',
    '10.0.0.0/33',
    '10.0.0',
    'fd00::/129',
    'a b',
    'https://a',
    'a/8',
    '10.0.0.0/',
    '10.0.0.0/8/1',
    '*.a',
  ];
  expect(bad.filter(isAllowable)).toEqual([]);
});
