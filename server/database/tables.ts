import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';
import type { Right, Visibility } from '../access.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Json, JsonObject, MadeNow } from './columns.ts';
import type { ProgramTables } from './program-tables.ts';
import type { SubmissionTables } from './submission-tables.ts';

type Separate = ProgramTables & SubmissionTables;

export type Database = Separate & {
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
    linkId: number | null;
    hops: number | null;
  };
  links: {
    id: Generated<number>;
    uuid: string;
    outputId: number;
    inputId: number;
    createdBy: number;
    transform: Json<JsonObject> | null;
    minIntervalMs: number | null;
    onlyOnChange: Generated<boolean>;
    enabled: Generated<boolean>;
    whyCut: Generated<string>;
    createdAt: MadeNow;
  };
  graphUnits: {
    userId: number;
    sectorId: number | null;
    unitId: number;
    x: number | null;
    y: number | null;
    isAdded: Generated<boolean>;
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
    line: string | null;
    isSet: Generated<boolean>;
    inputId: number | null;
    valueAt: Date | null;
    previous: Json<{ value: JsonValue }> | null;
  };
  grants: {
    id: Generated<number>;
    uuid: string;
    variableId: number;
    access: Right;
    userId: number | null;
    unitId: number | null;
    createdAt: MadeNow;
  };
  accessRequests: {
    id: Generated<number>;
    uuid: string;
    askerId: number;
    address: string;
    target: string;
    variableId: number | null;
    access: Right;
    note: string;
    status: Generated<'open' | 'granted' | 'declined'>;
    answer: Generated<string>;
    createdAt: MadeNow;
    answeredAt: Date | null;
  };
  audit: {
    id: Generated<number>;
    at: MadeNow;
    actorId: number | null;
    actor: string;
    means: 'session' | 'token' | 'anonymous' | 'instance';
    token: string | null;
    address: string;
    action: string;
    objectKind: string;
    objectUuid: string | null;
    objectName: string;
    objectOwnerId: number | null;
    objectOwner: string;
    result: 'begun' | 'ok' | 'denied' | 'failed';
    detail: Json<JsonObject>;
  };
  unitLog: { id: Generated<number>; unitId: number; at: Date; level: string; text: string };
};

export type Row<T extends keyof Database> = Selectable<Database[T]>;
export type NewRow<T extends keyof Database> = Insertable<Database[T]>;
