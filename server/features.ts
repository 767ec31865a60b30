import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAudit } from './audit/audit.ts';
import { createCommands, type StoredCommand } from './commands/commands.ts';
import type { Config } from './config.ts';
import type { Db } from './database/connection.ts';
import type { doorsOf } from './doors.ts';
import { createGrants } from './grants/grants.ts';
import { createGraph } from './graph/graph.ts';
import { createHistory } from './history/history.ts';
import type { Journal } from './journal/journal.ts';
import { createLinks, type LinkFlow } from './links/links.ts';
import type { Live } from './live/live.ts';
import type { Log } from './log.ts';
import type { Connections } from './mqtt/connections.ts';
import { createPrograms } from './programs/programs.ts';
import type { Secrets } from './secrets.ts';
import { createSectors } from './sectors/sectors.ts';
import { createSubmissions, type SubmissionIntake } from './submissions/submissions.ts';
import { createTemplates } from './templates/templates.ts';
import type { Refusals } from './units/refusals.ts';
import { createUnits } from './units/units.ts';
import { createUsers } from './users/users.ts';
import { createVariables, type PresenceOf, type SetInput } from './variables/variables.ts';

const examplesFolder = fileURLToPath(new URL('../firmware/examples', import.meta.url));

type Flow = {
  db: Db;
  config: Config;
  secrets: Secrets;
  doors: ReturnType<typeof doorsOf>;
  journal: Journal;
  linkFlow: LinkFlow;
  connections: Connections;
  live: Live;
  refusals: Refusals;
  presenceOf: PresenceOf;
  setInput: SetInput;
  submissions: SubmissionIntake;
  log: Log;
};

/** What people and their programs ask of an instance: each a part of its own, joined where one concerns another. */
export function createFeatures(flow: Flow) {
  const { db, config, secrets, doors, journal, linkFlow, connections, live, refusals, presenceOf, setInput, log } =
    flow;
  const audit = createAudit({ db, retentionDays: config.retentionDays, log });
  const sectors = createSectors({ db });
  const variables = createVariables({
    db,
    sectors,
    presenceOf,
    setInput,
    deleteEvents: journal.deleteEvents,
    accessNarrowed: (tx, narrowed) => links.recheck(tx, narrowed),
    links: { recheck: (tx, changed) => links.recheck(tx, changed), going: (tx, gone) => links.going(tx, gone) },
  });
  const links = createLinks({
    db,
    sectors,
    flow: linkFlow,
    readable: variables.readable,
    writable: variables.writable,
    readableIds: variables.readableIds,
    noteWithin: refusals.noteWithin,
    recordCut: (tx, { uuid, why }) => audit.record(tx, { action: 'link.cut', uuid, detail: { why } }),
  });
  const templates = createTemplates({
    db,
    secrets,
    outgoingAllow: config.outgoingAllow,
    dataDir: config.dataDir,
    examples: examplesFolder,
    release: doors.about.version,
    log,
  });
  const units = createUnits({
    db,
    secrets,
    templates,
    sectors,
    variables,
    publicEndpoints: doors.device,
    presenceOf,
    envCommands: {
      order: (tx, unit, userId) => programs.orderEnv(tx, unit, userId),
      send: async (command) => void (await commands.dispatch(command)),
    },
    accessNarrowed: links.recheck,
    giveBackGrants: (tx, unitIds) => grants.giveBack(tx, unitIds),
  });
  const commands = createCommands({
    db,
    ownUnit: units.own,
    addressable: units.addressed,
    variablesOf: (unitIds) => variables.ofUnits(db, unitIds),
    readableIds: (caller, unitId) => variables.readableIds(db, caller, [unitId]),
    setInput,
    inputTime: journal.inputTime,
    send: (command) => connections.sendCommand(command.unit, command),
    changed: commandChanged,
    log,
  });
  function commandChanged(command: StoredCommand): void {
    const { unit, uuid, status, detail } = command;
    live.publishCommand({ unit, id: uuid, status, detail }, command);
    void programs.commandChanged(command);
  }
  const programs = createPrograms({
    db,
    units,
    templates,
    sectors,
    commands,
    imagesFolder: join(config.dataDir, 'boards'),
    progressed: (data) => live.publishUnit({ event: 'update', data }),
    log,
  });
  const users = createUsers({
    db,
    registration: config.registration,
    origins: doors.origins,
    secureCookies: doors.isHttps,
    forgetUnits: async (tx, userId) => {
      await links.going(tx, { makerId: userId });
      await units.forgetUnits(tx, userId);
    },
    accountLocked: (tx, userId) => links.recheck(tx, { userId }),
    log,
  });
  const grants = createGrants({
    db,
    sectors,
    variables,
    findUser: users.findByName,
    ownUnit: units.own,
    accessNarrowed: links.recheck,
    tell: live.publishUser,
  });
  const graph = createGraph({ db, sectors, units, links, findUser: users.findByName, seenUnit: grants.seenUnit });
  const submissions = createSubmissions({
    ...flow.submissions,
    db,
    secrets,
    units,
    rate: config.unitRate,
    publicUrl: doors.publicUrl,
    isFull: journal.isFull,
    submitted: (data) => live.publishUnit({ event: 'submission', data }),
  });
  const history = createHistory({ db, readableVariable: variables.readableVariable });
  const all = [
    users,
    sectors,
    units,
    templates,
    programs,
    commands,
    variables,
    links,
    graph,
    grants,
    audit,
    history,
    submissions,
  ];

  return { audit, variables, templates, units, commands, programs, users, tables: all.map(({ routes }) => routes) };
}
