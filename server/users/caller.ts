import type { z } from 'zod';
import type { role, scope } from './contract.ts';

export type Anonymous = { kind: 'anonymous' };

/** A local user, by session (`sessionId` set, all scopes) or by API token. */
export type Person = {
  kind: 'person';
  userId: number;
  id: string;
  username: string;
  role: z.output<typeof role>;
  scopes: readonly z.output<typeof scope>[];
  sessionId: number | undefined;
  /** What its owner called the API token. */
  tokenName?: string;
};

/** A person by session: never an API token. */
export type InPerson = Person & { sessionId: number };

export type Caller = Anonymous | Person;

/** A device at the HTTP door: it has shown that it holds the keys of this unit, and hears what is sealed with them. */
export type UnitCaller = {
  kind: 'unit';
  unitId: number;
  uuid: string;
  /** Of the keys it has shown. */
  generation: number;
  /** An envelope for this answer, its topic `http:` and the path that was asked for. */
  seal: (plaintext: Buffer) => Buffer;
};
