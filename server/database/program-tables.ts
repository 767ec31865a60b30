import type { Generated } from 'kysely';
import type { Json, JsonObject, MadeNow } from './columns.ts';

/** Templates, and the programs of units made from them. */
export type ProgramTables = {
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
};
