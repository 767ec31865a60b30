import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { envelopeKeys, open, seal } from '../../../../server/mqtt/envelope.ts';
import { checkConnectPassword } from '../../../../server/mqtt/proof.ts';
import { micropythonProgram } from './micropython-program.ts';

const uuid = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e';
const secret = randomBytes(32);
const sync = randomBytes(32);
const keys = envelopeKeys(sync);
const env = {
  ...{ UNIT_UUID: uuid, MQTT_HOST: 'croft.example', MQTT_PORT: 1883, MQTT_TLS: false, PEPEUNIT_TOKEN: 'token' },
  ...{ WIFI_SSID: 'home', WIFI_PASS: 'secret' },
  SECRET_KEY: secret.toString('base64url'),
  SYNC_ENCRYPT_KEY: sync.toString('base64url'),
};

const output = { name: 'temperature "дом"', definition: { type: 'number' as const } };

/** What a board has beside MicroPython itself: AES of the chip, Wi-Fi, an MQTT client that tells what it was given. */
const board = {
  'cryptolib.py': `
import board
class aes:
    def __init__(self, key, mode, iv):
        assert mode == 2
        self.key, self.iv = key.hex(), iv.hex()
    def encrypt(self, data):
        return bytes.fromhex(board.encrypt(self.key, self.iv, data.hex()))
    def decrypt(self, data):
        return bytes.fromhex(board.decrypt(self.key, self.iv, data.hex()))`,
  'network.py': `
STA_IF = 0
class WLAN:
    def __init__(self, side): pass
    def active(self, on): pass
    def connect(self, name, password): self.joined = (name, password)
    def isconnected(self): return self.joined == ("home", "secret")`,
  'umqtt/__init__.py': '',
  'umqtt/simple.py': `
import board
class MQTTClient:
    def __init__(self, client_id, server, port, user, password, keepalive, ssl):
        board.connected(client_id, server, port, user, password)
        self.waiting = list(board_messages)
    def set_callback(self, hear): self.hear = hear
    def connect(self): pass
    def subscribe(self, topic, qos): board.subscribed(topic.decode())
    def publish(self, topic, payload, qos): board.published(topic.decode(), payload.hex())
    def ping(self): pass
    def wait_msg(self):
        topic, payload = self.waiting.pop(0)
        self.hear(topic.encode(), bytes.fromhex(payload))
    def check_msg(self):
        while self.waiting: self.wait_msg()`,
};

type Python = {
  registerJsModule: (name: string, module: Record<string, unknown>) => void;
  FS: { mkdir: (path: string) => void; writeFile: (path: string, text: string) => void };
  runPython: (program: string) => void;
};
type LoadPython = (options: { heapsize: number; stdout: (line: string) => void }) => Promise<Python>;

/** The package brings no types. */
const interpreter = '@micropython/micropython-webassembly-pyscript/micropython.mjs';

const worldTopic = `unit/${uuid}/world`;
const fromInstance = (seq: number, topic: string, text: string, direction: 0 | 1 = 1) =>
  seal(keys, { topic, direction, generation: 131, boot: 1, seq, plaintext: Buffer.from(text) });

/**
 * Runs the program in MicroPython until it pauses, twice, as a board that is switched on, off and on again.
 * @param messages what the instance sends after each connect, after the world state
 */
async function run(program: string, messages: [topic: string, payload: Buffer][] = []) {
  const seen = { connects: [] as string[][], published: [] as [string, string][], subscribed: [] as string[] };
  const printed: string[] = [];
  const { loadMicroPython }: { loadMicroPython: LoadPython } = await import(interpreter);
  const python = await loadMicroPython({ heapsize: 1_000_000, stdout: (line: string) => printed.push(line) });
  const cbc = (make: typeof createCipheriv | typeof createDecipheriv, ...parts: string[]) => {
    const [key, iv, data] = parts.map((part) => Buffer.from(part, 'hex')) as [Buffer, Buffer, Buffer];
    const cipher = make('aes-128-cbc', key, iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(data), cipher.final()]).toString('hex');
  };
  python.registerJsModule('board', {
    encrypt: (...parts: string[]) => cbc(createCipheriv, ...parts),
    decrypt: (...parts: string[]) => cbc(createDecipheriv, ...parts),
    connected: (...parts: string[]) => void seen.connects.push(parts),
    subscribed: (topic: string) => void seen.subscribed.push(topic),
    published: (topic: string, payload: string) => void seen.published.push([topic, payload]),
    random: (count: number) => randomBytes(count).toString('hex'),
  });
  python.FS.mkdir('umqtt');
  for (const [path, text] of Object.entries(board)) python.FS.writeFile(path, text);
  python.FS.writeFile('env.json', JSON.stringify(env));
  python.FS.writeFile('main.py', program);
  const world: [string, Buffer] = [worldTopic, fromInstance(1, worldTopic, '{"time":1700000000}')];
  const incoming = JSON.stringify([world, ...messages].map(([topic, payload]) => [topic, payload.toString('hex')]));
  python.runPython(`
import builtins, os, sys, time, board
os.urandom = lambda count: bytes.fromhex(board.random(count))
class Paused(Exception): pass
def pause(seconds): raise Paused()
time.sleep = pause
builtins.board_messages = ${incoming}
sys.path.insert(0, "")
for start in range(2):
    try: exec(open("main.py").read(), {})
    except Paused: pass`);
  return { ...seen, printed };
}

test('what the program sends opens here, proves itself, and rises with every start', async () => {
  const { connects, published } = await run(micropythonProgram({ output, hasInputs: false }));
  expect(connects.map(([client, host, port, user]) => [client, host, port, user])).toEqual(
    Array(2).fill([uuid, 'croft.example', 1883, 'token']),
  );
  const proofs = connects.map(([, , , , password]) =>
    checkConnectPassword(createSecretKey(secret), uuid, password ?? ''),
  );
  expect(proofs).toEqual([
    { boot: 1, n: 1 },
    { boot: 2, n: 1 },
  ]);
  const topic = `unit/${uuid}/output/${output.name}`;
  expect(published.map(([to]) => to)).toEqual([topic, topic]);
  const opened = published.map(([, hex]) => open(keys, { topic, direction: 0, payload: Buffer.from(hex, 'hex') }));
  const expected = { ok: true, generation: 131 % 128, seq: 1, plaintext: Buffer.from('21.5') };
  expect(opened).toMatchObject([
    { ...expected, boot: 1 },
    { ...expected, boot: 2 },
  ]);
});

test('the program hears inputs, each once, and nothing that was tampered with', async () => {
  const topic = `unit/${uuid}/input/лампа`;
  const tampered = fromInstance(9, topic, 'false');
  tampered[30] = (tampered[30] ?? 0) ^ 1;
  const { printed, subscribed } = await run(micropythonProgram({ output, hasInputs: true }), [
    [topic, fromInstance(2, topic, 'true')],
    [topic, fromInstance(2, topic, 'true')],
    [`${topic}2`, fromInstance(3, topic, 'false')],
    [topic, fromInstance(4, topic, 'false', 0)],
    [topic, tampered],
    [topic, fromInstance(5, topic, '{"on":[1,2]}')],
  ]);
  const once = [`${topic} True`, `${topic} {'on': [1, 2]}`];
  expect(printed).toEqual([...once, ...once]);
  expect(subscribed.slice(0, 2)).toEqual([worldTopic, `unit/${uuid}/input/+`]);
});

test('without an output it still listens', async () => {
  const program = micropythonProgram({ output: undefined, hasInputs: true });
  const { published, subscribed } = await run(program);
  expect(published).toEqual([]);
  expect(subscribed).toHaveLength(4);
});
