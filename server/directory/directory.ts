import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { Change, Changes } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import type { Stored } from '../journal/journal.ts';
import { type EnvelopeKeys, envelopeKeys } from '../mqtt/envelope.ts';
import { type Check, compileCheck, type Definition, type JsonValue } from '../variables/definition.ts';
import { loadUnit, loadVariables, type UnitRow, type VariableRow } from './store.ts';

export { admitProof, noteConnected, noteDisconnected } from './store.ts';

export type LiveVariable = {
  id: number;
  uuid: string;
  name: string;
  direction: 'input' | 'output';
  type: Definition['type'];
  check: Check;
  policy: 'every value' | 'on change' | 'deadband';
  deadband: number;
  /** The last stored value; `at` in epoch milliseconds. */
  last: { at: number; value: JsonValue } | undefined;
};

/** An edge from one of a unit's outputs to an input: what each of its values needs. */
export type LiveLink = {
  id: number;
  uuid: string;
  input: { id: number; uuid: string; name: string; check: Check };
  /** The unit of the input. */
  unit: { id: number; uuid: string; name: string; ownerId: number };
  /** What the value becomes on the way, or why it cannot. */
  transform: (value: JsonValue) => { ok: true; value: JsonValue } | { ok: false; problem: string };
  /** Milliseconds between two values; 0 is no limit. */
  minInterval: number;
  onlyOnChange: boolean;
};

/** By the id of the output. */
export type LinksOfUnit = ReadonlyMap<number, readonly LiveLink[]>;

/** The keys of one generation. */
export type KeySet = { generation: number; envelope: EnvelopeKeys; secret: KeyObject };

/** What every message of a unit needs, without a query. */
export type LiveUnit = {
  id: number;
  uuid: string;
  name: string;
  ownerId: number;
  ownerUuid: string;
  isOwnerLocked: boolean;
  isSimulated: boolean;
  security: 'sealed' | 'token';
  /** Those in use. */
  keys: KeySet;
  /** Valid beside them while a board changes from one to the other. */
  otherKeys: KeySet | undefined;
  /** Generation of the keys with which the replay counters began; they rise over all that followed with an overlap. */
  countedSince: number;
  /** The smallest expected number of seconds between values of its outputs. */
  interval: number | undefined;
  lastSeenAt: Date | null;
  /** SHA-256 of the token for security level `token`. */
  tokenHash: Buffer;
  variables: Map<number, LiveVariable>;
  inputs: Map<string, LiveVariable>;
  outputs: Map<string, LiveVariable>;
  /** Those that are switched on. */
  links: LinksOfUnit;
};

export type UnitKeys = { syncKey: string; secretKey: string; token: string };

type Deps = {
  db: Db;
  openKeys: (unitUuid: string, sealed: Buffer) => UnitKeys;
  loadLinks: (db: Db, unitId: number) => Promise<LinksOfUnit>;
  changes: Pick<Changes, 'onChange'>;
};

/** Units in memory; what a commit changes is dropped by the announcement that is part of the commit. */
export function createDirectory({ db, openKeys, loadLinks, changes }: Deps) {
  const units = new Map<string, Promise<LiveUnit | undefined>>();
  /** The same units once they are loaded, for those that cannot wait. */
  const loaded = new Map<string, LiveUnit>();
  const listeners: ((uuid: string) => void)[] = [];

  async function load(uuid: string): Promise<LiveUnit | undefined> {
    const row = await loadUnit(db, uuid);
    if (!row) return undefined;
    const [variables, links] = await Promise.all([loadVariables(db, row.id), loadLinks(db, row.id)]);
    const { otherGeneration, otherSealedKeys } = row;
    const otherKeys =
      otherGeneration === null || otherSealedKeys === null
        ? undefined
        : keySet(otherGeneration, openKeys(uuid, otherSealedKeys));
    return { ...liveUnit(row, variables, links, openKeys(uuid, row.sealedKeys)), otherKeys };
  }

  function find(uuid: string): Promise<LiveUnit | undefined> {
    const known = units.get(uuid);
    if (known) return known;
    const loading = load(uuid);
    units.set(uuid, loading);
    const forget = () => units.get(uuid) === loading && units.delete(uuid);
    loading.then((unit) => {
      if (!unit) forget();
      else if (units.get(uuid) === loading) loaded.set(uuid, unit);
    }, forget);
    return loading;
  }

  function drop(uuid: string): void {
    units.delete(uuid);
    loaded.delete(uuid);
    for (const listener of listeners) listener(uuid);
  }

  function dropChanged(change: Change | 'missed'): void {
    if (change !== 'missed' && 'unit' in change) return drop(change.unit);
    for (const uuid of [...units.keys()]) {
      const owner = loaded.get(uuid)?.ownerUuid;
      // What is being loaded may have been read before the change.
      if (change === 'missed' || owner === undefined || owner === change.user) drop(uuid);
    }
  }

  /** Takes over the newest values; one that is stored while the unit is being loaded reaches it when it is there. */
  function takeOver({ entry }: Stored): void {
    takeOverPart(entry);
    if (entry.linked) for (const part of entry.linked) takeOverPart(part);
  }

  function takeOverPart(part: Part): void {
    const unit = loaded.get(part.unitUuid);
    if (unit) return remember(unit, part);
    units.get(part.unitUuid)?.then((late) => late && remember(late, part));
  }

  return {
    find,
    /** The unit if it is in memory. */
    peek: (uuid: string) => loaded.get(uuid),
    /** The unit if it is in memory, or soon will be because it is being loaded. */
    known: async (uuid: string) => units.get(uuid),
    /** All that are in memory. */
    all: () => loaded.values(),
    /** Called with a unit's UUID when something about it changed or it is gone. */
    onChange: (listener: (uuid: string) => void) => void listeners.push(listener),
    takeOver,
    start: () => changes.onChange(dropChanged),
  };
}

export type Directory = ReturnType<typeof createDirectory>;

/** What a commit brought for one unit. */
type Part = Pick<Stored['entry'], 'unitUuid' | 'values' | 'heard'>;

function remember(unit: LiveUnit, { values, heard }: Part): void {
  if (heard) unit.lastSeenAt = new Date(heard.at);
  for (const { variableId, at, value } of values) {
    const variable = unit.variables.get(variableId);
    if (variable && (!variable.last || at >= variable.last.at)) variable.last = { at, value };
  }
}

function liveUnit(row: UnitRow, rows: VariableRow[], links: LinksOfUnit, keys: UnitKeys): Omit<LiveUnit, 'otherKeys'> {
  const variables = rows.map(liveVariable);
  const named = (direction: string) =>
    new Map(variables.filter((v) => v.direction === direction).map((v) => [v.name, v] as const));
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    ownerId: row.ownerId,
    ownerUuid: row.ownerUuid,
    isOwnerLocked: row.isOwnerLocked,
    isSimulated: row.simulation !== null,
    security: row.security,
    keys: keySet(row.generation, keys),
    countedSince: row.countedSince,
    interval: smallestInterval(rows),
    lastSeenAt: row.lastSeenAt,
    tokenHash: hashToken(keys.token),
    variables: new Map(variables.map((v) => [v.id, v])),
    inputs: named('input'),
    outputs: named('output'),
    links,
  };
}

const keySet = (generation: number, { syncKey, secretKey }: UnitKeys): KeySet => ({
  generation,
  envelope: envelopeKeys(Buffer.from(syncKey, 'base64url')),
  secret: createSecretKey(Buffer.from(secretKey, 'base64url')),
});

/** The unit's keys of this generation, where they are valid. */
export const keysOf = ({ keys, otherKeys }: LiveUnit, generation: number): KeySet | undefined =>
  [keys, otherKeys].find((one) => one?.generation === generation);

function smallestInterval(rows: VariableRow[]): number | undefined {
  const outputs = rows.filter(({ direction }) => direction === 'output');
  const intervals = outputs.flatMap(({ definition }) => (definition as Definition).interval ?? []);
  return intervals.length > 0 ? Math.min(...intervals) : undefined;
}

export const hashToken = (token: string | Buffer) => createHash('sha256').update(token).digest();

function liveVariable(row: VariableRow): LiveVariable {
  const definition = row.definition as Definition;
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    direction: row.direction,
    type: definition.type,
    check: compileCheck(definition),
    policy: row.writePolicy,
    deadband: row.deadband ?? 0,
    last: row.at ? { at: row.at.getTime(), value: row.number ?? row.json } : undefined,
  };
}
