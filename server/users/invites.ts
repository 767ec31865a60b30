import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { conflict, forbidden, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Person } from './caller.ts';
import {
  deleteExpiredInvites,
  deleteInvite,
  type Invite,
  insertInvite,
  isUsable,
  listInvites,
  useInvite,
} from './invite-store.ts';
import { hashOfSecret, newSecret } from './secret.ts';

export type Registration = 'closed' | 'invite' | 'open';
export type Invites = ReturnType<typeof createInvites>;
type Deps = { db: Db; registration: Registration; log: Log; now: () => Date };

const day = 24 * 60 * 60 * 1000;
const unusable = () => forbidden('This invite was used, withdrawn or expired: ask for a new one.');

/** Links an administrator gives away; each lets one person make an account. */
export function createInvites({ db, registration, log, now }: Deps) {
  return {
    /** Before any costly work; `use` decides. @throws AppError 403 */
    check: async (secret: string): Promise<void> => {
      if (!(await isUsable(db, hashOfSecret(secret), now()))) throw unusable();
    },

    /** @throws AppError 403 when somebody else was faster */
    use: async (tx: Db, secret: string, userId: number): Promise<void> => {
      if (!(await useInvite(tx, hashOfSecret(secret), userId, now()))) throw unusable();
    },

    list: async () => (await listInvites(db, now())).map((invite) => shown(invite, invite.username)),

    /** @throws AppError 409 when registration is closed, so that nobody gets a link that leads nowhere */
    make: async (by: Person, { note, days }: { note: string; days: number }, origin: string) => {
      if (registration === 'closed') throw conflict('Registration is closed in this instance’s configuration.');
      await deleteExpiredInvites(db, now());
      const secret = newSecret();
      const invite = await insertInvite(db, {
        uuid: uuidv7(),
        secretHash: hashOfSecret(secret),
        note,
        createdBy: by.userId,
        createdAt: now(),
        expiresAt: new Date(now().getTime() + days * day),
      });
      log.info({ by: by.id, invite: invite.uuid }, 'an invite was made');
      return { ...shown(invite, null), url: `${origin}/invite?token=${secret}` };
    },

    /** @throws AppError 404 */
    withdraw: async (by: Person, uuid: string): Promise<void> => {
      if (!(await deleteInvite(db, uuid))) throw notFound('invite');
      log.info({ by: by.id, invite: uuid }, 'an invite was withdrawn');
    },
  };
}

const shown = ({ uuid, note, createdAt, expiresAt }: Invite, usedBy: string | null) => ({
  id: uuid,
  note,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  usedBy,
});
