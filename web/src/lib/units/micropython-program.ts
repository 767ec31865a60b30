import { exampleValue } from './example-value.ts';
import type { Variable } from './unit.ts';

type Wanted = { output: Pick<Variable, 'name' | 'definition'> | undefined; hasInputs: boolean };

/**
 * A main.py for a board with MicroPython that reads env.json beside it, sends one output sealed and hears the inputs:
 * the envelope is RFC 7518 §5.2 (AES-128-CBC with HMAC-SHA-256) in binary, written for a board without `hmac`.
 */
export function micropythonProgram({ output, hasInputs }: Wanted): string {
  return [sealing, hearing(hasInputs), connecting(hasInputs), sending(output)].join('\n\n');
}

const sealing = `# main.py for MicroPython; env.json belongs beside it
import cryptolib, hashlib, json, network, os, struct, time
from binascii import a2b_base64, b2a_base64
from umqtt.simple import MQTTClient

env = json.load(open("env.json"))
unit = env["UNIT_UUID"]

def key(name):
    text = env[name].replace("-", "+").replace("_", "/")
    return a2b_base64((text + "=" * (-len(text) % 4)).encode())

def hmac(secret, message):
    secret = secret + bytes(64 - len(secret))
    inner = hashlib.sha256(bytes([b ^ 0x36 for b in secret]) + message).digest()
    return hashlib.sha256(bytes([b ^ 0x5C for b in secret]) + inner).digest()

def count_start():  # rises with every start, so that nothing sent before can be sent again
    try:
        boot = int(open("boot.txt").read()) + 1
    except (OSError, ValueError):
        boot = 1
    with open("boot.txt", "w") as file:
        file.write(str(boot))
    return boot

keys = key("SYNC_ENCRYPT_KEY")
boot = count_start()
seq = 0
generation = None  # of the keys: the first message of the instance tells it
heard = (0, 0)

def tag(head, topic, rest):
    bits = struct.pack(">Q", 8 * (len(head) + len(topic)))
    return hmac(keys[:16], head + topic + rest + bits)[:16]

def same(one, other):  # in constant time
    difference = 0
    for a, b in zip(one, other):
        difference |= a ^ b
    return difference == 0

def seal(topic, text):
    global seq
    seq += 1
    head = struct.pack(">BBII", 1, generation << 1, boot, seq)
    data = text.encode()
    pad = 16 - len(data) % 16
    iv = os.urandom(16)
    body = iv + cryptolib.aes(keys[16:], 2, iv).encrypt(data + bytes([pad] * pad))
    return head + body + tag(head, topic, body)`;

const hearing = (hasInputs: boolean) => `def hear(topic, message):
    global generation, heard
    head, body = message[:10], message[10:-16]
    count = struct.unpack(">II", head[2:])
    if not same(tag(head, topic, body), message[-16:]) or head[1] & 1 == 0 or count <= heard:
        return
    generation, heard = head[1] >> 1, count${hasInputs ? inputWork : ''}`;

const inputWork = `
    if topic.endswith(b"/world"):
        return
    data = cryptolib.aes(keys[16:], 2, body[:16]).decrypt(body[16:])
    print(topic.decode(), json.loads(data[: -data[-1]]))  # here the input does its work`;

const connecting = (hasInputs: boolean) => `wifi = network.WLAN(network.STA_IF)
wifi.active(True)
wifi.connect(env["WIFI_SSID"], env["WIFI_PASS"])
while not wifi.isconnected():
    time.sleep(1)

proof = hmac(key("SECRET_KEY"), ("croft-connect|%s|%d|1" % (unit, boot)).encode())
proof = b2a_base64(proof).decode().strip().replace("+", "-").replace("/", "_").replace("=", "")
client = MQTTClient(unit, env["MQTT_HOST"], env["MQTT_PORT"], env["PEPEUNIT_TOKEN"], "%d.1.%s" % (boot, proof),
                    keepalive=60, ssl=env["MQTT_TLS"])
client.set_callback(hear)
client.connect()
client.subscribe(("unit/%s/world" % unit).encode(), 1)${hasInputs ? inputSubscription : ''}
while generation is None:
    client.wait_msg()`;

const inputSubscription = '\nclient.subscribe(("unit/%s/input/+" % unit).encode(), 1)';

const pause = `    for _ in range(10):
        client.check_msg()
        time.sleep(1)`;

function sending(output: Wanted['output']): string {
  if (!output) return `while True:\n${pause}\n    client.ping()`;
  const { name, definition } = output;
  return `topic = ("unit/%s/output/%s" % (unit, ${pythonText(name)})).encode()
while True:
    value = ${pythonValue(exampleValue(definition))}  # here the sensor is read
    client.publish(topic, seal(topic, json.dumps(value)), qos=1)
${pause}`;
}

/** JSON text is Python text, for names and values that hold no lone surrogate (schemas let none through). */
const pythonText = (text: string) => JSON.stringify(text);

function pythonValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : JSON.stringify(value);
}
