import { sql } from 'kysely';
import { pino } from 'pino';
import { createDatabase } from '../database/connection.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { createClient, type TestClient } from './client.ts';
import type { CroftOnDisk, CroftProcess } from './croft-process.ts';
import { stubbornDevice } from './stubborn-device.ts';

const outputs = ['a', 'b'];
const schema = { output_variables: { a: { type: 'number' }, b: { type: 'number' } } };

/**
 * One output of one device: what it counted, what of it was acknowledged, what is stored in the order of the log, of it and of
 * the input that it is linked to.
 */
export type Counted = {
  acknowledged: number[];
  resent: Set<number>;
  sealsAgain: boolean;
  stored: number[];
  linked: number[];
};

/**
 * Sealed devices that count against a Croft on disk, whatever happens to it.
 * @param isLinked every output feeds an input of its own
 */
export async function countingFleet(disk: CroftOnDisk, size: number, { isLinked = false } = {}) {
  let croft = disk.start();
  let mqttPort: number | undefined;
  async function ready(): Promise<string> {
    const opened = await croft.ready();
    mqttPort = opened.mqttPort;
    return opened.url;
  }

  const url = await ready();
  const owner = createClient(() => url);
  const person = { username: 'ada', password: 'correct horse battery' };
  await owner.call('POST /api/setup', { body: { token: await croft.setupToken(), ...person } });
  const units = await Promise.all(Array.from({ length: size }, (_, index) => makeUnit(owner, `Counter ${index}`)));
  const inputs = isLinked ? await linkAll(owner, units) : new Map<string, string>();
  // All at once: what is still to be made would wait behind the first ones' load.
  const devices = units.map(({ env, variables }, index) => {
    const sealsAgain = index % 2 === 0;
    return {
      device: stubbornDevice(env, { port: () => mqttPort, outputs, sealsAgain }),
      sealsAgain,
      variables,
    };
  });

  return {
    croft: (): CroftProcess => croft,
    /** Values acknowledged so far, of each device. */
    counts: () => devices.map(({ device }) => device.count()),
    total: () => devices.reduce((sum, { device }) => sum + device.count(), 0),
    isIdle: () => devices.every(({ device }) => device.isIdle()),
    connects: () => devices.map(({ device }) => device.connects()),

    /** Ends Croft as a power cut does; `postgres` ends its database before, after, or not. */
    crash: async (postgres: 'before' | 'after' | 'never') => {
      mqttPort = undefined;
      const pid = await disk.postgresPid();
      if (postgres === 'before') process.kill(pid, 'SIGKILL');
      croft.child.kill('SIGKILL');
      if (postgres === 'after') process.kill(pid, 'SIGKILL');
      await croft.exited;
    },
    restart: async () => {
      croft = disk.start();
      await ready();
    },

    /** Messages on their way at a time, of each device; 0 sends nothing new, what is on its way still gets acknowledged. */
    setWindow: (window: number) => devices.forEach(({ device }) => void device.setWindow(window)),
    stop: () => devices.forEach(({ device }) => void device.stop()),

    /** What the database holds; Croft must have stopped. */
    stored: async (): Promise<Counted[]> => {
      const postgres = await startEmbeddedPostgres({ dataDir: disk.dataDir, log: pino({ level: 'silent' }) });
      const { db, stop } = createDatabase(postgres.connection, pino({ level: 'silent' }));
      const counted: Counted[] = [];
      const valuesOf = async (variable: string | undefined) => {
        const { rows } = await sql<{ number: number }>`
          select e.number from events e join variables v on v.id = e.variable_id
          where v.uuid = ${variable ?? null} order by e.tx, e.n`.execute(db);
        return rows.map(({ number }) => number);
      };
      for (const { device, sealsAgain, variables } of devices) {
        for (const output of outputs) {
          const uuid = variables[output] ?? '';
          const [stored, linked] = [await valuesOf(uuid), await valuesOf(inputs.get(uuid))];
          const acknowledged = (device.acknowledged[output] ?? []).toSorted((a, b) => a - b);
          const resent = device.resent[output] ?? new Set();
          counted.push({ acknowledged, resent, sealsAgain, stored, linked });
        }
      }
      await stop();
      await postgres.stop();
      return counted;
    },
  };
}

export type CountingFleet = Awaited<ReturnType<typeof countingFleet>>;

async function makeUnit(owner: TestClient, name: string) {
  const unit = await owner.call('POST /api/units', { body: { name, schema } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
  return { env, variables: Object.fromEntries(unit.variables.map((variable) => [variable.name, variable.id])) };
}

/** Links every output to an input of a unit that is away. @returns the input by the output, UUIDs */
async function linkAll(owner: TestClient, units: readonly { variables: Record<string, string> }[]) {
  const all = units.flatMap(({ variables }) => Object.values(variables));
  const schema = { input_variables: Object.fromEntries(all.map((_, index) => [`of ${index}`, { type: 'number' }])) };
  const mirror = await owner.call('POST /api/units', { body: { name: 'Mirror', schema } });
  const inputs = new Map<string, string>();
  for (const [index, output] of all.entries()) {
    const input = mirror.variables.find(({ name }) => name === `of ${index}`)?.id ?? '';
    await owner.call('POST /api/links', { body: { output, input } });
    inputs.set(output, input);
  }
  return inputs;
}
