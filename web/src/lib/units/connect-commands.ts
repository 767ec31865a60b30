import type { ApiReply } from '../../../../server/contract.ts';
import { exampleValue } from './example-value.ts';
import type { Variable } from './unit.ts';

/** Where and as whom an MQTT client connects. */
export type MqttAccess = { uuid: string; host: string; port: number; tls: boolean; user: string; password: string };

/** What env.json says about the way to the instance. */
export function mqttAccess(env: ApiReply<'GET /api/units/:id/env'>): MqttAccess {
  return {
    uuid: String(env.UNIT_UUID),
    host: String(env.MQTT_HOST),
    port: Number(env.MQTT_PORT),
    tls: env.MQTT_TLS === true,
    user: String(env.MQTT_USER ?? ''),
    password: String(env.MQTT_PASSWORD ?? ''),
  };
}

/** A device elsewhere would look for this host within itself. */
export const isOnlyHere = ({ host }: MqttAccess) => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);

/** Sends a value of an output once, QoS 1: it ends when the value is stored. */
export function publishCommand(
  access: MqttAccess,
  { name, definition }: Pick<Variable, 'name' | 'definition'>,
): string {
  const topic = `unit/${access.uuid}/output/${name}`;
  const message = JSON.stringify(exampleValue(definition));
  return lines(['mosquitto_pub', ...connection(access), '-q 1', `-t ${quote(topic)}`, `-m ${quote(message)}`]);
}

/** Shows the unit's inputs as they come, with their topics, until it is stopped. */
export function subscribeCommand(access: MqttAccess): string {
  return lines(['mosquitto_sub', ...connection(access), '-q 1', '-v', `-t ${quote(`unit/${access.uuid}/input/+`)}`]);
}

const connection = ({ host, port, tls, user, password }: MqttAccess) => [
  `-h ${quote(host)} -p ${port}${tls ? ' --tls-use-os-certs' : ''}`,
  `-u ${quote(user)}`,
  `-P ${quote(password)}`,
];

const lines = (parts: string[]) => parts.join(' \\\n  ');

/** A word for a POSIX shell (IEEE 1003.1 §2.2.2): names of variables may hold spaces and quotes. */
function quote(text: string): string {
  return /^[\w./:+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
