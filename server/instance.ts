import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCommands } from './commands/commands.ts';
import type { Config } from './config.ts';
import { createChanges } from './database/changes.ts';
import { createDatabase } from './database/connection.ts';
import { openDatabase } from './database/open.ts';
import { createDirectory, type LiveVariable, noteConfirmed, noteDisconnected } from './directory/directory.ts';
import { createPresenceWatch } from './directory/presence-watch.ts';
import { createHttpDoor, doorsOf, type Part, portTaken, unreachable } from './doors.ts';
import { createHistory } from './history/history.ts';
import { createApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { operationsRoutes } from './http/operations/routes.ts';
import { createPreviews } from './http/preview.ts';
import { loadInstanceKey } from './instance-key.ts';
import { createJournal, type Stored } from './journal/journal.ts';
import { createLive } from './live/live.ts';
import { liveRoutes } from './live/routes.ts';
import type { Log } from './log.ts';
import { createAdmission } from './mqtt/admission.ts';
import { createConnections } from './mqtt/connections.ts';
import { createDelivery } from './mqtt/deliver.ts';
import { createMqttDoor } from './mqtt/door.ts';
import { createIngest } from './mqtt/ingest.ts';
import { createProving } from './mqtt/proving.ts';
import { createUnitRequests } from './mqtt/unit-requests.ts';
import { createPrograms } from './programs/programs.ts';
import { createSecrets } from './secrets.ts';
import { createSectors } from './sectors/sectors.ts';
import { createSimulations } from './simulations/simulations.ts';
import { createTemplates } from './templates/templates.ts';
import { createUnitKeys } from './units/keys.ts';
import { createPresence } from './units/presence.ts';
import { createRefusals, type Refusal } from './units/refusals.ts';
import { createUnits } from './units/units.ts';
import { createUsers } from './users/users.ts';
import { createVariables, type SetInput } from './variables/variables.ts';

const webFolder = fileURLToPath(new URL('../web/build/', import.meta.url));
const examplesFolder = fileURLToPath(new URL('../firmware/examples', import.meta.url));

/**
 * The composition root: builds the parts, wires the flow, opens the doors.
 * @throws OperatorError what only the operator can mend (port taken, data folder in use, key missing …)
 */
export async function startInstance(config: Config, log: Log) {
  await using starting = new AsyncDisposableStack();
  const postgres = await openDatabase({ ...config, log });
  starting.defer(postgres.stop);
  const database = createDatabase(postgres.connection, log);
  starting.defer(database.stop);
  const { db, connect } = database;
  const secrets = createSecrets(await loadInstanceKey({ db, ...config }));
  const doors = doorsOf(config);
  const warn = (what: string) => (err: unknown) => log.warn({ err }, what);

  // What happened is journalled first; only then it is followed, in this order.
  const journal = createJournal({ db, connect, retentionDays: config.retentionDays, afterCommit: follow, log });
  function follow(stored: Stored[]): void {
    for (const one of stored) directory.takeOver(one);
    live.publish(stored);
    deliver(stored);
  }

  const changes = createChanges({ connect, log });
  const keyring = createUnitKeys({ secrets });
  const directory = createDirectory({ db, openKeys: keyring.open, changes });
  const refusals = createRefusals({ db, log });
  const live = createLive();
  const connections = createConnections({
    inputConfirmed: confirmed,
    commandSent: (unit, uuid) => void commands.sent(unit, uuid).catch(warn('a sent command could not be noted')),
  });
  const presenceOf = createPresence({ isConnected: (uuid) => connections.has(uuid) || simulations.isRunning(uuid) });
  const presence = createPresenceWatch({
    directory,
    presenceOf,
    changed: (data) => live.publishUnit({ event: 'presence', data }),
  });

  const ingest = createIngest({
    journal,
    refuse,
    throttled: connections.sendThrottled,
    receive: (unit, receipt) => commands.receive(unit, receipt),
    payloadLimit: config.payloadLimit,
  });
  const simulations = createSimulations({
    load: (uuid) => units.simulated(uuid),
    publish: async (uuid, values) => {
      const unit = await directory.find(uuid);
      if (unit) await ingest.publishValues(unit, values);
    },
    onChange: changes.onChange,
    log,
  });
  const deliver = createDelivery({ directory, connections, simulate: simulations.deliver, confirmed });
  const proving = createProving({
    ...{ db, directory, refuse, log },
    verifyUnitToken: keyring.verifyUnitToken,
    takeUpKeys: (uuid, generation) => units.keyChange.takeUp(uuid, generation),
  });
  const mqtt = createMqttDoor({
    host: config.host,
    port: config.mqttPort,
    tls: config.mqtts,
    rate: config.unitRate,
    admit: createAdmission({ db, proving, log }),
    ...{ ingest, connections, directory, refuse, log },
    commandsWanted: (unit) => void commands.resume(unit).catch(warn('waiting commands could not be sent')),
    presenceChanged: ({ unit }, isConnected) => {
      presence.check(unit);
      const event = isConnected ? 'connected' : 'disconnected';
      live.publishUnit({ event: 'connection', data: { unit: unit.uuid, event, detail: '' } });
      const noted = isConnected ? programs.unitConnected(unit.id) : noteDisconnected(db, unit.id, new Date());
      noted.catch(warn('a connection could not be noted'));
    },
  });

  const metrics = createMetrics({ journal, connections, live });

  const sectors = createSectors({ db });
  const variables = createVariables({ db, sectors, presenceOf, setInput, deleteEvents: journal.deleteEvents });
  const templates = createTemplates({
    ...{ db, secrets, log, dataDir: config.dataDir, outgoingAllow: config.outgoingAllow },
    ...{ examples: examplesFolder, release: doors.about.version },
  });
  const units = createUnits({
    ...{ db, secrets, templates, sectors, variables, presenceOf },
    publicEndpoints: doors.device,
    envCommands: {
      order: (tx, unit, userId) => programs.orderEnv(tx, unit, userId),
      send: async (command) => void (await commands.dispatch(command)),
    },
  });
  const commands = createCommands({
    ...{ db, ownUnit: units.own, log },
    send: (command) => connections.sendCommand(command.unit, command),
    changed: (command) => {
      const { unit, uuid, status, detail } = command;
      live.publishUnit({ event: 'command', data: { unit, id: uuid, status, detail } });
      void programs.commandChanged(command);
    },
  });
  const programs = createPrograms({
    ...{ db, units, templates, sectors, commands, log },
    imagesFolder: join(config.dataDir, 'boards'),
    progressed: (data) => live.publishUnit({ event: 'update', data }),
  });
  const users = createUsers({
    ...{ db, log, registration: config.registration, origins: doors.origins },
    secureCookies: doors.isHttps,
    forgetUnits: units.forgetUnits,
  });
  const history = createHistory({ db, readableVariable: variables.readableVariable });
  const operations = operationsRoutes({
    about: doors.about,
    isSetUp: users.isSetUp,
    notReady: async () => (journal.isFull() ? 'the journal is full' : await unreachable(db)),
    metrics,
    metricsToken: config.metricsToken,
  });
  const app = createApp({
    tables: [
      operations,
      users.routes,
      sectors.routes,
      units.routes,
      templates.routes,
      programs.routes,
      commands.routes,
      variables.routes,
      history.routes,
      liveRoutes({ db, live, journal, presenceOf: presence.of, callerOf: users.callerOf, log }),
    ],
    callerOf: users.callerOf,
    unitOf: createUnitRequests({ proving }),
    metrics,
    trustedProxies: config.trustedProxies,
    isHttps: doors.isHttps,
    webFolder,
    previewOf: createPreviews({
      origin: doors.publicUrl,
      unit: (uuid) => units.show({ kind: 'anonymous' }, uuid),
      variable: (uuid) => variables.readable(db, { kind: 'anonymous' }, uuid),
      log,
    }),
    log,
  });

  async function refuse(refusal: Refusal): Promise<void> {
    metrics.refused(refusal.reason);
    await refusals.note(refusal);
  }
  refusals.onNoted(({ unitUuid, reason, detail, topic }) =>
    live.publishUnit({ event: 'refusal', data: { unit: unitUuid, reason, detail, topic } }),
  );
  changes.onChange(live.applyChange);

  async function setInput(input: Parameters<SetInput>[0]): Promise<Date> {
    const { unitId, unitUuid, ...value } = input;
    const at = Date.now();
    await directory.find(unitUuid);
    await journal.append({ unitId, unitUuid, values: [{ ...value, at, corrected: false }] });
    return new Date(at);
  }
  function confirmed(unitUuid: string, input: LiveVariable): void {
    const at = new Date();
    noteConfirmed(db, [input.id], at).then(
      () => live.publishConfirmed(unitUuid, input.uuid, at),
      warn('a confirmation could not be stored'),
    );
  }

  const http = createHttpDoor({ app, config, handleMqtt: mqtt.handle });
  // Opened in this order, closed in reverse.
  const parts: Part[] = [
    journal,
    refusals,
    changes,
    directory,
    commands,
    templates,
    programs,
    presence,
    simulations,
    mqtt,
    http,
    live,
  ];
  for (const { start, stop } of parts) {
    await Promise.resolve(start?.()).catch(portTaken);
    if (stop) starting.defer(async () => void (await stop()));
  }
  doors.opened({ http: http.port(), mqtt: mqtt.port(), mqtts: mqtt.tlsPort() });

  const setupToken = await users.setupToken();
  const running = starting.move();
  return {
    url: doors.localUrl(),
    mqttPort: doors.device.mqttTlsPort ?? doors.device.mqttPort,
    db,
    setupUrl: setupToken && `${doors.publicUrl()}/setup?token=${setupToken}`,
    stop: () => running.disposeAsync(),
  };
}

export type Instance = Awaited<ReturnType<typeof startInstance>>;
