import { createInstanceApp } from './app.ts';
import type { Config } from './config.ts';
import { createChanges } from './database/changes.ts';
import { createDatabase } from './database/connection.ts';
import { openDatabase } from './database/open.ts';
import { createConfirmations } from './directory/confirmations.ts';
import { createDirectory, type LiveVariable, noteDisconnected } from './directory/directory.ts';
import { createPresenceWatch } from './directory/presence-watch.ts';
import { createHttpDoor, doorsOf, type Part, portTaken } from './doors.ts';
import { createFeatures } from './features.ts';
import { createMetrics } from './http/metrics.ts';
import { loadInstanceKey } from './instance-key.ts';
import { createJournal, type Stored } from './journal/journal.ts';
import { createLinkFlow, createLinkWatch, loadLinks } from './links/links.ts';
import { createLive } from './live/live.ts';
import { liveRoutes } from './live/routes.ts';
import type { Log } from './log.ts';
import { createAdmission } from './mqtt/admission.ts';
import { createConnections } from './mqtt/connections.ts';
import { createDelivery } from './mqtt/deliver.ts';
import { createMqttDoor } from './mqtt/door.ts';
import { createIngest } from './mqtt/ingest.ts';
import { createProving } from './mqtt/proving.ts';
import { checkRecord } from './mqtt/records.ts';
import { createUnitRequests } from './mqtt/unit-requests.ts';
import { createSecrets } from './secrets.ts';
import { createSimulations } from './simulations/simulations.ts';
import { createUnitKeys } from './units/keys.ts';
import { createPresence } from './units/presence.ts';
import { createRefusals, type Refusal } from './units/refusals.ts';
import type { SetInput } from './variables/variables.ts';

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
    linkFlow.delivering(stored);
    deliver(stored);
  }

  const changes = createChanges({ connect, log });
  const keyring = createUnitKeys({ secrets });
  const directory = createDirectory({ db, openKeys: keyring.open, loadLinks, changes });
  const refusals = createRefusals({ db, log });
  const live = createLive();
  const linkFlow = createLinkFlow({ refuse, inputTime: journal.inputTime, log });
  const linkWatch = createLinkWatch({
    db,
    flow: linkFlow,
    listening: live.linkListeners,
    tell: live.publishUser,
    log,
  });
  const confirmations = createConfirmations({ db, confirmed: live.publishConfirmed, log });
  const connections = createConnections({
    inputSent: (input, at) => commands.inputSent(input.id, at),
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
    directory,
    links: linkFlow,
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
  const deliver = createDelivery({
    directory,
    connections,
    isSimulated: simulations.isRunning,
    simulate: simulations.deliver,
    confirmed,
    log,
  });
  const proving = createProving({
    db,
    directory,
    verifyUnitToken: keyring.verifyUnitToken,
    takeUpKeys: (uuid, generation) => units.keyChange.takeUp(uuid, generation),
    refuse,
    log,
  });
  const mqtt = createMqttDoor({
    host: config.host,
    port: config.mqttPort,
    tls: config.mqtts,
    rate: config.unitRate,
    admit: createAdmission({ db, proving, log }),
    ingest,
    connections,
    directory,
    refuse,
    commandsWanted: (unit) => void commands.resume(unit).catch(warn('waiting commands could not be sent')),
    presenceChanged: ({ unit }, isConnected) => {
      presence.check(unit);
      const event = isConnected ? 'connected' : 'disconnected';
      live.publishUnit({ event: 'connection', data: { unit: unit.uuid, event, detail: '' } });
      const noted = isConnected ? programs.unitConnected(unit.id) : noteDisconnected(db, unit.id, new Date());
      noted.catch(warn('a connection could not be noted'));
    },
    log,
  });

  const flow = {
    db,
    config,
    secrets,
    doors,
    journal,
    linkFlow,
    connections,
    live,
    refusals,
    presenceOf,
    setInput,
    submissions: {
      findUnit: directory.find,
      check: checkRecord,
      storeValues: ingest.storeSubmitted,
      refuse: (refusal: Refusal) => void refuse(refusal).catch(warn('a refused submission could not be noted')),
    },
    log,
  };
  const { tables, ...features } = createFeatures(flow);
  const { users, units, commands, templates, programs, audit } = features;
  const metrics = createMetrics({ journal, connections, live });
  const pages = liveRoutes({ db, live, journal, presenceOf: presence.of, callerOf: users.callerOf, log });
  const unitOf = createUnitRequests({ proving });
  const app = createInstanceApp({ ...flow, ...features, tables: [...tables, pages], unitOf, changes, metrics });

  async function refuse(refusal: Refusal): Promise<void> {
    metrics.refused(refusal.reason);
    await refusals.note(refusal);
  }
  refusals.onNoted(({ unitUuid, reason, detail, topic }) =>
    live.publishUnit({ event: 'refusal', data: { unit: unitUuid, reason, detail, topic } }),
  );
  changes.onChange(live.applyChange);
  changes.onNews(live.applyNews);

  async function setInput(input: Parameters<SetInput>[0]): Promise<Date> {
    const { unitId, unitUuid, at = journal.inputTime(), ...value } = input;
    await directory.find(unitUuid);
    await journal.append({ unitId, unitUuid, values: [{ ...value, at, corrected: false }] });
    return new Date(at);
  }
  function confirmed(unitUuid: string, input: LiveVariable, valueAt: number): void {
    commands.inputConfirmed(input.id, valueAt);
    confirmations.note(unitUuid, input);
  }

  const http = createHttpDoor({ app, config, handleMqtt: mqtt.handle });
  // Opened in this order, closed in reverse.
  const stored: Part[] = [journal, refusals, changes, directory, confirmations, audit, commands, templates, programs];
  const parts: Part[] = [...stored, presence, linkWatch, simulations, mqtt, http, live];
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
