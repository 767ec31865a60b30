import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { AppError } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { StoredVariable } from '../variables/variables.ts';
import type { whyCut } from './contract.ts';
import type { StoredLink } from './store.ts';

export type WhyCut = Exclude<z.output<typeof whyCut>, ''>;

type Found = { variable: StoredVariable };
/** @throws AppError 404 (what may not be seen), 403 */
export type MayUse = (executor: Db, caller: Person, variableUuid: string) => Promise<Found>;

export type Rights = { readable: MayUse; writable: MayUse };

/** Whether a link may still do what it does, by the rights of who made it. @returns why not; undefined when it may */
export function createRightsCheck({ readable, writable }: Rights, executor: Db) {
  const known = new Map<string, Promise<boolean>>();

  /** Many links have the same maker and ends. */
  function may(use: 'read' | 'write', maker: Person, uuid: string): Promise<boolean> {
    const key = `${use} ${maker.userId} ${uuid}`;
    const answer = known.get(key) ?? granted((use === 'read' ? readable : writable)(executor, maker, uuid));
    known.set(key, answer);
    return answer;
  }

  return async ({ maker, output, input, isAnyoneLocked }: StoredLink): Promise<WhyCut | undefined> => {
    if (isAnyoneLocked) return 'account-locked';
    const person = personOf(maker);
    if (!(await may('read', person, output.uuid))) return 'output-not-readable';
    if (!(await may('write', person, input.uuid))) return 'input-not-writable';
    return undefined;
  };
}

async function granted(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.status === 404 || error.status === 403)) return false;
    throw error;
  }
}

/** The maker as if calling now: a link has all scopes of its maker. */
const personOf = ({ id, uuid, username, role }: StoredLink['maker']): Person => ({
  ...{ kind: 'person', userId: id, id: uuid, username, role },
  scopes: ['read', 'write'],
  sessionId: undefined,
});
