/** What a device may publish. `outputs` is `unit/<uuid>/output`: a SenML pack for several variables. */
export type DeviceTopic =
  | { uuid: string; kind: 'status' | 'state' | 'outputs' | 'receipt' | 'log' }
  | { uuid: string; kind: 'output'; name: string };

const deviceTopic =
  /^unit\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/(status|state|output|receipt|log)(?:\/([^/]+))?$/;

const plainKinds = { status: 'status', state: 'state', output: 'outputs', receipt: 'receipt', log: 'log' } as const;

/** Undefined for anything but a device's own topics in the direction device → instance. The UUID is in lower case. */
export function readTopic(topic: string): DeviceTopic | undefined {
  const [, uuid, word, name] = deviceTopic.exec(topic) ?? [];
  if (uuid === undefined || !isPlainWord(word)) return undefined;
  if (name === undefined) return { uuid, kind: plainKinds[word] };
  return word === 'output' && isTopicName(name) ? { uuid, kind: 'output', name } : undefined;
}

/** Where the unit hears one of its inputs. */
export function inputTopic(uuid: string, name: string): string {
  return `unit/${uuid}/input/${name}`;
}

/** Where the unit hears the world state. */
export function worldTopic(uuid: string): string {
  return `unit/${uuid}/world`;
}

/** Where the unit hears commands. */
export function commandTopic(uuid: string): string {
  return `unit/${uuid}/command`;
}

/** Where the unit hears that it sends too fast. */
export function throttledTopic(uuid: string): string {
  return `unit/${uuid}/throttled`;
}

/** Only what the instance sends to this very unit; of the wildcards, only `input/+`. */
export function maySubscribe(uuid: string, filter: string): boolean {
  const own = `unit/${uuid}/`;
  if (!filter.startsWith(own)) return false;
  const rest = filter.slice(own.length);
  if (rest === 'world' || rest === 'command' || rest === 'throttled' || rest === 'input/+') return true;
  return rest.startsWith('input/') && isTopicName(rest.slice('input/'.length));
}

/** One topic level that is no wildcard: not empty, without `/ + #` and NUL (MQTT 3.1.1 §4.7). */
function isTopicName(name: string): boolean {
  return name !== '' && !/[/+#]/.test(name) && !name.includes('\0');
}

function isPlainWord(word: string | undefined): word is keyof typeof plainKinds {
  return word !== undefined && word in plainKinds;
}
