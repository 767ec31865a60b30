import type { Db } from '../database/connection.ts';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import { auditContract } from './contract.ts';
import { kindOf } from './objects.ts';
import { type Act, readActs } from './store.ts';

export const auditRoutes = ({ db }: { db: Db }) =>
  routes(auditContract, {
    'GET /api/audit': async ({ caller, query }) => {
      const all = seesAll(caller);
      const acts = await readActs(db, { ...query, ...(!all && { reader: caller.userId }) });
      return acts.map((act) => shown(act, all || act.objectOwnerId === caller.userId));
    },
  });

/** By an API token only if it may administer. */
const seesAll = ({ role, scopes }: Person) => role === 'administrator' && scopes.includes('administer');

/**
 * What is not one's own is told only where one was let in: what one was kept from answers as if it were not there. Neither
 * its id nor what it turned out to be is told either, as of a grant the log holds its variable.
 */
function shown(act: Act, isConcerned: boolean) {
  const isTold = isConcerned || act.result === 'ok';
  return {
    id: act.id,
    at: act.at.toISOString(),
    actor: act.actor,
    means: act.means,
    token: act.token,
    address: act.address,
    action: act.action,
    object: {
      kind: isTold ? act.objectKind : kindOf(act),
      id: isTold ? act.objectUuid : null,
      name: isTold ? act.objectName : '',
      owner: isConcerned && act.objectOwner !== '' ? act.objectOwner : null,
    },
    result: act.result,
    detail: act.detail,
  };
}
