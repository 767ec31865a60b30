import { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { AppError } from '../errors.ts';
import type { Audited, ObjectKind } from '../http/contract.ts';
import type { Attempt, Witness } from '../http/router.ts';
import type { Log } from '../log.ts';
import type { Caller } from '../users/caller.ts';
import type { JsonValue } from '../variables/definition.ts';
import { type AuditedObject, findObject, kindOf } from './objects.ts';
import { deleteAct, endAct, insertAct } from './store.ts';

/** Answers that keep somebody from something; 404 is also what is hidden. Other refusals are mistakes: nothing was done. */
const keeping = [401, 403, 404];

/**
 * Writes an act down before it is done and its result after it: none is done without a trace, whether it has a
 * transaction of its own or not, and what an ended process left open says `begun`.
 */
export function createWitness({ db, log }: { db: Db; log: Log }) {
  const witness: Witness = async (attempt, act) => {
    const id = await begin(attempt);
    try {
      const answer = await act();
      await note(succeeded(id, attempt, answer));
      return answer;
    } catch (error) {
      await note(failed(id, attempt, error));
      throw error;
    }
  };

  async function begin({ caller, ctx, audited, params, body }: Attempt): Promise<number> {
    const uuid = uuidOf(params);
    const object = uuid === undefined ? undefined : await findObject(db, kindOf(audited), uuid);
    return insertAct(db, {
      ...actorOf(caller),
      address: ctx.ip,
      action: audited.action,
      ...columnsOf(object ?? { kind: kindOf(audited), uuid }),
      result: 'begun',
      detail: JSON.stringify(partsOf(body, audited.detail ?? [])),
    });
  }

  async function succeeded(id: number, { caller, audited, params }: Attempt, answer: unknown): Promise<void> {
    const made = uuidOf(params) === undefined ? uuidOf(answer) : undefined;
    const object = made === undefined ? undefined : await findObject(db, kindOf(audited), made);
    await endAct(db, id, {
      result: 'ok',
      ...(object && columnsOf(object)),
      // Who signs in was nobody before.
      ...(caller.kind === 'anonymous' && object && { actorId: object.ownerId, actor: object.owner ?? '' }),
      detail: {},
    });
  }

  async function failed(id: number, { ctx, audited }: Attempt, error: unknown): Promise<void> {
    const { status, code } = error instanceof AppError ? error : { status: 500, code: 'internal' };
    if (status < 500 && !keeping.includes(status)) return deleteAct(db, id);
    const concerned = ctx.state.auditedObject as string | undefined;
    const object = concerned === undefined ? undefined : await findObject(db, kindOf(audited), concerned);
    await endAct(db, id, {
      result: status < 500 ? 'denied' : 'failed',
      ...(object && columnsOf(object)),
      detail: { status, code },
    });
  }

  /** The act is over: what cannot be written about it changes nothing. */
  const note = (writing: Promise<void>) =>
    writing.catch((err) => log.warn({ err }, 'how an act ended could not be written into the audit log'));

  return {
    witness,

    /** Writes down what the instance did by itself, in the transaction that does it. @param detail without secrets */
    record: async (
      tx: Db,
      { action, uuid, detail = {} }: Pick<Audited, 'action'> & { uuid: string; detail?: { [name: string]: JsonValue } },
    ): Promise<void> => {
      const object = await findObject(tx, kindOf({ action }), uuid);
      await insertAct(tx, {
        ...{ actorId: null, actor: '', means: 'instance', token: null, address: '' },
        action,
        ...columnsOf(object ?? { kind: kindOf({ action }), uuid }),
        result: 'ok',
        detail: JSON.stringify(detail),
      });
    },
  };
}

function actorOf(caller: Caller) {
  if (caller.kind === 'anonymous') return { actorId: null, actor: '', means: 'anonymous', token: null } as const;
  const means = caller.sessionId === undefined ? 'token' : 'session';
  return { actorId: caller.userId, actor: caller.username, means, token: caller.tokenName ?? null } as const;
}

function columnsOf(object: Partial<AuditedObject> & { kind: ObjectKind }) {
  return {
    objectKind: object.kind,
    objectUuid: object.uuid ?? null,
    objectName: object.name ?? '',
    objectOwnerId: object.ownerId ?? null,
    objectOwner: object.owner ?? '',
  };
}

const identified = z.object({ id: z.uuid() });
const uuidOf = (thing: unknown): string | undefined => identified.safeParse(thing).data?.id;

/** Those of the named parts that the body has. */
function partsOf(body: unknown, names: readonly string[]): object {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}
