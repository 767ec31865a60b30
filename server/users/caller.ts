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
};

/** A person by session: never an API token. */
export type InPerson = Person & { sessionId: number };

export type Caller = Anonymous | Person;
