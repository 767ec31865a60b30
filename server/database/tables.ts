import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';
import type { Visibility } from '../access.ts';
import type { JsonValue } from '../variables/definition.ts';

type MadeNow = ColumnType<Date, Date | undefined, Date>;
/** jsonb: read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type JsonObject = { [name: string]: JsonValue };

export type Database = {
  instance: { key: string; value: Json<JsonValue> };
  users: {
    id: Generated<number>;
    uuid: string;
    username: string;
    usernameKey: string;
    passwordHash: string;
    role: 'administrator' | 'user';
    lockedAt: Date | null;
    createdAt: MadeNow;
  };
  sessions: {
    id: Generated<number>;
    uuid: string;
    userId: number;
    secretHash: Buffer;
    device: string;
    address: string;
    createdAt: MadeNow;
    lastUsedAt: MadeNow;
    expiresAt: Date;
  };
  apiTokens: {
    id: Generated<number>;
    uuid: string;
    userId: number;
    name: string;
    secretHash: Buffer;
    scopes: string[];
    createdAt: MadeNow;
    expiresAt: Date | null;
    lastUsedAt: Date | null;
  };
  invites: {
    id: Generated<number>;
    uuid: string;
    secretHash: Buffer;
    note: string;
    createdBy: number;
    createdAt: MadeNow;
    expiresAt: Date;
    usedBy: number | null;
    usedAt: Date | null;
  };
  sectors: { id: Generated<number>; uuid: string; ownerId: number; parentId: number | null; name: string };
  units: {
    id: Generated<number>;
    uuid: string;
    ownerId: number;
    sectorId: number | null;
    name: string;
    simulation: string | null;
    schema: Json<JsonObject>;
    example: Json<JsonObject>;
    security: 'sealed' | 'token';
    visibility: Visibility;
    createdAt: MadeNow;
    templateVersionId: number | null;
  };
  unitKeys: {
    unitId: number;
    generation: number;
    sealedKeys: Buffer;
    sealedSettings: Buffer;
    madeAt: MadeNow;
    otherGeneration: number | null;
    otherSealedKeys: Buffer | null;
    changeCommand: string | null;
  };
  unitProgress: {
    unitId: number;
    generation: Generated<number>;
    boot: Generated<number>;
    seq: Generated<number>;
    connectBoot: Generated<number>;
    connectN: Generated<number>;
    downSeq: Generated<number>;
    lastSeenAt: Date | null;
    disconnectedAt: Date | null;
    state: ColumnType<JsonObject, string | undefined, string>;
  };
  variables: {
    id: Generated<number>;
    uuid: string;
    unitId: number;
    direction: 'input' | 'output';
    name: string;
    position: number;
    definition: Json<JsonObject>;
    visibility: Generated<Visibility>;
    writePolicy: Generated<'every value' | 'on change' | 'deadband'>;
    deadband: number | null;
  };
  currentValues: {
    variableId: number;
    at: Date | null;
    number: number | null;
    json: Json<JsonValue> | null;
    confirmedAt: Date | null;
  };
  events: {
    tx: number;
    n: number;
    variableId: number;
    at: Date;
    number: number | null;
    json: Json<JsonValue> | null;
    corrected: boolean;
  };
  journalWriters: { uuid: string; batch: number; tx: number | null; startedAt: MadeNow };
  refusals: {
    id: Generated<number>;
    unitId: number;
    reason: string;
    topic: string;
    detail: string;
    count: number;
    firstAt: Date;
    lastAt: Date;
  };
  commands: {
    id: Generated<number>;
    uuid: string;
    unitId: number;
    createdBy: number | null;
    command: string;
    args: Json<JsonValue[]>;
    status: Generated<'queued' | 'sent' | 'received' | 'done' | 'failed' | 'expired' | 'cancelled'>;
    detail: Generated<string>;
    createdAt: MadeNow;
    sentAt: Date | null;
    receivedAt: Date | null;
    finishedAt: Date | null;
    expiresAt: Date;
  };
  templates: {
    id: Generated<number>;
    uuid: string;
    ownerId: number | null;
    name: string;
    visibility: Generated<'private' | 'local' | 'public'>;
    url: string | null;
    folder: Generated<string>;
    follow: 'commit' | 'tag' | 'branch' | null;
    ref: Generated<string>;
    sealedToken: Buffer | null;
    checkedAt: Date | null;
    failure: Generated<string>;
    failures: Generated<number>;
    nextCheckAt: Date | null;
    createdAt: MadeNow;
    latestVersionId: number | null;
  };
  templateVersions: {
    id: Generated<number>;
    uuid: string;
    templateId: number;
    label: string;
    commit: string | null;
    folder: Generated<string>;
    committedAt: Date | null;
    schema: Json<JsonObject>;
    example: Json<JsonObject>;
    direction: 'none' | 'rx' | 'tx' | 'rxtx';
    readme: Generated<string>;
    createdAt: MadeNow;
  };
  templateFiles: { versionId: number; path: string; sha256: Buffer; content: Buffer };
  unitUpdates: {
    id: Generated<number>;
    uuid: string;
    unitId: number;
    fromVersionId: number | null;
    toVersionId: number | null;
    fromLabel: string;
    toLabel: string;
    overTheAir: boolean;
    createdBy: number | null;
    waitsFor: number | null;
    commandUuid: string | null;
    status: 'waiting' | 'ordered' | 'fetching' | 'trial' | 'done' | 'failed' | 'cancelled';
    detail: Generated<string>;
    filesFetched: Generated<number>;
    bytesFetched: Generated<number>;
    createdAt: MadeNow;
    finishedAt: Date | null;
  };
  unitLog: { id: Generated<number>; unitId: number; at: Date; level: string; text: string };
};

export type Row<T extends keyof Database> = Selectable<Database[T]>;
export type NewRow<T extends keyof Database> = Insertable<Database[T]>;
