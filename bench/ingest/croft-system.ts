import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCroft } from './croft.ts';
import { makeOutsideDatabase, openDatabase } from './database.ts';
import { type DeviceKeys, makeFleet } from './fleet.ts';
import { cpuSeconds, familyCpuSeconds, familyMb, residentMb } from './process-figures.ts';
import { checkStored } from './stored.ts';
import { createBoots, type System } from './system.ts';

export type CroftPlace = { dataDir: string; databaseUrl: string | undefined; nodeOptions?: readonly string[] };

/** A place for one instance: a data folder, and a database where there is an outside Postgres. `cleanup` takes both away. */
export async function makePlace(cleanup: AsyncDisposableStack): Promise<CroftPlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'croft-bench-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  if (!process.env.DATABASE_URL) return { dataDir, databaseUrl: undefined };
  const outside = await makeOutsideDatabase(process.env.DATABASE_URL);
  cleanup.defer(outside.drop);
  return { dataDir, databaseUrl: outside.url };
}

/** Starts an instance at a place. With `units` it makes them; else these devices have theirs already. */
export async function startCroftSystem(
  place: CroftPlace,
  fleet: { units: number } | { devices: readonly DeviceKeys[] },
  cleanup: AsyncDisposableStack,
) {
  const croft = await startCroft(place);
  cleanup.defer(croft.stop);
  const devices = 'units' in fleet ? await makeFleet(croft, fleet.units) : fleet.devices;
  const { client, postmaster, close } = await openDatabase(place);
  cleanup.defer(close);
  const ofPostgres = (figure: (postmaster: number) => number) =>
    postmaster === undefined ? Number.NaN : figure(postmaster);
  const system: System = {
    name: 'Croft',
    port: croft.mqttPort,
    devices,
    isEndless: false,
    nextBoot: createBoots(),
    cpu: () => ({ server: cpuSeconds([croft.pid]), postgres: ofPostgres(familyCpuSeconds) }),
    memory: () => ({ server: residentMb(croft.pid), postgres: ofPostgres(familyMb) }),
    check: (sent) => checkStored(client, sent),
  };
  return { system, client, pid: croft.pid, readySeconds: croft.readySeconds };
}
