import { type Example, pointer, readExample, SchemaError } from '../documents/documents.ts';
import { type Issue, invalid } from '../errors.ts';
import type { UnitKeys } from './keys.ts';

/** Where devices find this instance, as it sees itself; `mqttTlsPort` where it has a certificate. */
export type PublicEndpoints = { url: string; mqttHost: string; mqttPort: number; mqttTlsPort: number | undefined };

type Security = 'sealed' | 'token';
type Facts = { uuid: string; security: Security; keys: UnitKeys; endpoints: PublicEndpoints };
type ReservedName = {
  /** The security levels at which a program cannot connect without it; at the others it is filled in if asked for. */
  needed: readonly Security[];
  value: (facts: Facts) => Example[string];
};

const always = ['sealed', 'token'] as const;
/** The user fills it in on the own computer: it never reaches the instance. */
const leftEmpty: ReservedName = { needed: [], value: () => '' };

/** What is sealed needs no TLS, and an ESP8266 has no room for it; what is not is given the listener with TLS. */
const tlsPort = ({ security, endpoints }: Facts) => (security === 'token' ? endpoints.mqttTlsPort : undefined);

/** The names the instance fills in. Another ecosystem's names are further rows. */
const vocabulary = new Map<string, ReservedName>([
  ['PEPEUNIT_URL', { needed: always, value: ({ endpoints }) => endpoints.url }],
  ['PEPEUNIT_TOKEN', { needed: ['sealed'], value: ({ keys }) => keys.pepeunitToken }],
  ['SYNC_ENCRYPT_KEY', { needed: ['sealed'], value: ({ keys }) => keys.syncKey }],
  ['SECRET_KEY', { needed: ['sealed'], value: ({ keys }) => keys.secretKey }],
  ['UNIT_UUID', { needed: always, value: ({ uuid }) => uuid }],
  ['MQTT_HOST', { needed: always, value: ({ endpoints }) => endpoints.mqttHost }],
  ['MQTT_PORT', { needed: always, value: (facts) => tlsPort(facts) ?? facts.endpoints.mqttPort }],
  ['MQTT_TLS', { needed: always, value: (facts) => tlsPort(facts) !== undefined }],
  ['MQTT_USER', { needed: ['token'], value: ({ uuid, security }) => (security === 'token' ? uuid : '') }],
  ['MQTT_PASSWORD', { needed: ['token'], value: ({ keys, security }) => (security === 'token' ? keys.token : '') }],
  ['WIFI_SSID', leftEmpty],
  ['WIFI_PASS', leftEmpty],
]);

/** env.json: what json_example.json asks for, in its order, then what is needed to connect. Holds keys. */
export function makeEnv(facts: Facts, example: Example, settings: Example): Example {
  const own = { ...example, ...fittingSettings(example, settings) };
  const env = new Map(Object.entries(own).map(([name, value]) => [name, vocabulary.get(name)?.value(facts) ?? value]));
  for (const [name, { needed, value }] of vocabulary) {
    if (needed.includes(facts.security) && !env.has(name)) env.set(name, value(facts));
  }
  return Object.fromEntries(env);
}

/** What the example asks for and the instance does not fill in. */
export const settableNames = (example: Example): string[] =>
  Object.keys(example).filter((name) => !vocabulary.has(name));

/** Those of the settings that the example still asks for, with its type: the example may have changed since they were set. */
export function fittingSettings(example: Example, settings: Example): Example {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => !settingProblem(example, name, value)));
}

/**
 * Checks settings against the example.
 * @throws AppError 422 with the path of everything that does not fit
 */
export function readSettings(example: Example, input: unknown): Example {
  const issues: Issue[] = [];
  const settings = readFlat(input, issues);
  for (const [name, value] of Object.entries(settings)) {
    const message = settingProblem(example, name, value);
    if (message !== undefined) issues.push({ path: pointer(name), message });
  }
  const [first] = issues;
  if (first) throw invalid(`${first.path.slice(1) || 'settings'}: ${first.message}`, issues);
  return settings;
}

/** Settings have the shape of an example: a flat object of text, numbers, true and false. */
function readFlat(input: unknown, issues: Issue[]): Example {
  try {
    return readExample(input);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    issues.push(...error.issues);
    return {};
  }
}

function settingProblem(example: Example, name: string, value: Example[string]): string | undefined {
  const reserved = vocabulary.get(name);
  if (reserved === leftEmpty) return 'is filled in on your own computer, it never comes here';
  if (reserved) return 'is filled in by the instance';
  const shown = Object.hasOwn(example, name) ? example[name] : undefined;
  if (shown === undefined) return 'is not in json_example.json';
  return typeof value === typeof shown ? undefined : `a ${typeof shown} is expected, as in json_example.json`;
}
