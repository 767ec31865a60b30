import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compileCheck, type Definition } from '../../../../server/variables/definition.ts';
import { isOnlyHere, mqttAccess, publishCommand, subscribeCommand } from './connect-commands.ts';
import { exampleValue } from './example-value.ts';

const uuid = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e';
const env = {
  ...{ UNIT_UUID: uuid, MQTT_HOST: 'croft.example', MQTT_PORT: 1883, MQTT_TLS: false },
  ...{ MQTT_USER: uuid, MQTT_PASSWORD: "it's-$(a) token" },
};

/** What a shell makes of a command: the words that the program is given. */
const words = (command: string) =>
  execFileSync('sh', ['-c', command.replace(/^mosquitto_(pub|sub)/, "printf '%s\\n'")], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

test('a shell takes the command apart as it is meant, whatever the names hold', () => {
  const variable = { name: "the cat's door", definition: { type: 'string', enum: ['a "b" \\ $HOME'] } } as const;
  const command = publishCommand(mqttAccess(env), {
    ...variable,
    definition: { ...variable.definition, enum: ['a "b" \\ $HOME'] },
  });
  expect(words(command)).toEqual([
    ...['-h', 'croft.example', '-p', '1883', '-u', uuid, '-P', env.MQTT_PASSWORD, '-q', '1'],
    ...['-t', `unit/${uuid}/output/the cat's door`, '-m', '"a \\"b\\" \\\\ $HOME"'],
  ]);
});

test('inputs are heard with their topics, over TLS where the instance asks for it', () => {
  const command = subscribeCommand(mqttAccess({ ...env, MQTT_TLS: true, MQTT_PORT: 8883 }));
  expect(words(command)).toEqual([
    ...['-h', 'croft.example', '-p', '8883', '--tls-use-os-certs', '-u', uuid, '-P', env.MQTT_PASSWORD, '-q', '1'],
    ...['-v', '-t', `unit/${uuid}/input/+`],
  ]);
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['192.168.1.5', false],
  ['croft.example', false],
])('%s is only here: %j', (host, here) => expect(isOnlyHere({ ...mqttAccess(env), host })).toBe(here));

test.each<Definition>([
  {},
  { type: 'number' },
  { type: 'number', minimum: 100 },
  { type: 'number', maximum: -3.5 },
  { type: 'integer', minimum: 22, maximum: 22 },
  { type: 'integer', minimum: 0, maximum: 10 },
  { type: 'boolean' },
  { type: 'string', maxLength: 2 },
  { type: 'string', maxLength: 0 },
  { type: 'string', enum: ['open', 'closed'] },
  { type: 'object' },
  { type: 'array' },
])('the example for %j is let through', (definition) => {
  const value = exampleValue(definition) as Parameters<ReturnType<typeof compileCheck>>[0];
  expect(compileCheck(definition)(value)).toBeUndefined();
});
