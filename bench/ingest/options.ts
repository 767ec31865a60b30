import { parseArgs } from 'node:util';

export const systemNames = ['croft', 'aedes', 'mosquitto'] as const;
export const runNames = ['window-10', 'window-1', 'paced', 'idle'] as const;
export type SystemName = (typeof systemNames)[number];
export type RunName = (typeof runNames)[number];

export type Options = {
  help: boolean;
  /** Measured time of each run, in seconds. */
  seconds: number;
  /** Devices at window 10 and paced; four times as many at window 1, ten times as many idle. */
  devices: number;
  systems: readonly SystemName[];
  runs: readonly RunName[];
  /** Where the instance's CPU profile goes. */
  profileFolder: string | undefined;
};

export const help = `npm run bench -- ingest [options]

How many sealed QoS 1 messages a second an instance stores before it acknowledges them, and what it takes to do nothing.
The same load goes to bare brokers (aedes, and mosquitto where it is installed), which store nothing: the ceiling.

  --seconds <n>     measured time of each run (10); 5 s of warm-up come before it
  --devices <n>     devices at window 10 and paced (200); four times as many at window 1, ten times as many idle
  --only <names>    some of: ${[...systemNames, ...runNames].join(', ')}; separated by commas
  --profile <dir>   leaves a CPU profile of the instance there (the figures are lower then)

With DATABASE_URL the instance works on that Postgres, in a database of its own that is dropped afterwards; without it on the
embedded one. Exit code 1 when something that was acknowledged is not stored exactly once.
`;

/** @throws Error that says what is wrong with the arguments */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
      devices: { type: 'string', default: '200' },
      only: { type: 'string', default: '' },
      profile: { type: 'string' },
    },
  });
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.find((name) => !([...systemNames, ...runNames] as string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}`);
  return {
    help: values.help,
    seconds: atLeastOne('--seconds', values.seconds),
    devices: atLeastOne('--devices', values.devices),
    systems: chosen(systemNames, only),
    runs: chosen(runNames, only),
    profileFolder: values.profile,
  };
}

/** Those that were named, all when none was. */
function chosen<T extends string>(names: readonly T[], only: readonly string[]): readonly T[] {
  const named = names.filter((name) => only.includes(name));
  return named.length > 0 ? named : names;
}

function atLeastOne(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name}: a whole number from 1, not ${text}`);
  return number;
}
