import type { Generated } from 'kysely';
import type { JsonValue } from '../variables/definition.ts';
import type { Json, MadeNow } from './columns.ts';

/** Endpoints, and what was submitted to them. */
export type SubmissionTables = {
  endpoints: {
    id: Generated<number>;
    uuid: string;
    unitId: number;
    name: string;
    auth: 'none' | 'token' | 'hmac';
    needsTimestamp: boolean;
    enabled: Generated<boolean>;
    secretHash: Buffer | null;
    sealedSecret: Buffer | null;
    secretGeneration: Generated<number>;
    secretMadeAt: MadeNow;
    createdAt: MadeNow;
  };
  submissions: {
    id: Generated<number>;
    uuid: string;
    endpointId: number;
    at: Date;
    address: string;
    contentType: string;
    headers: Json<[name: string, value: string][]>;
    body: Buffer | null;
    size: number | null;
    bytes: number;
    isTest: boolean;
    outcome: 'stored' | 'partial' | 'refused' | 'kept';
    detail: string;
    results: Json<JsonValue>;
    isPending: boolean;
  };
  endpointSignatures: { endpointId: number; signature: Buffer; submission: string; expiresAt: Date };
};
