import { notFound } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import { createEndpoints, type EndpointsDeps } from './endpoints.ts';
import { submissionsRoutes } from './routes.ts';
import { ownSubmission, type StoredSubmission, submissionsOf } from './submission-store.ts';
import { createSubmitting, type SubmittingDeps } from './submitting.ts';
import { createTaking, type TakingDeps } from './taking.ts';

type Deps = Omit<TakingDeps & SubmittingDeps & EndpointsDeps, 'taking'>;
/** What an instance does with submissions beside keeping them. */
export type SubmissionIntake = Pick<Deps, 'findUnit' | 'check' | 'storeValues' | 'refuse'>;

/**
 * Endpoints of units, and what is submitted to them: keys of a JSON object or a form are values of the unit's outputs,
 * everything else is kept as it came.
 */
export function createSubmissions(deps: Deps) {
  const { db } = deps;
  const taking = createTaking(deps);
  const endpoints = createEndpoints({ ...deps, taking });
  const submit = createSubmitting({ ...deps, taking });

  async function find(caller: Person, uuid: string) {
    const found = await ownSubmission(db, caller.userId, uuid);
    if (!found) throw notFound('submission');
    return found;
  }

  async function show(caller: Person, uuid: string) {
    const { headers, body, ...rest } = await find(caller, uuid);
    return { ...shown(rest), headers, body: body?.toString('base64') ?? null };
  }

  return {
    routes: submissionsRoutes({
      endpoints,
      submit,
      show,

      list: async (caller, uuid) => (await submissionsOf(db, (await endpoints.own(caller, uuid)).id)).map(shown),

      /** @throws AppError 404 also when its bytes were not read */
      async bytes(caller, uuid) {
        const { body } = await find(caller, uuid);
        if (!body) throw notFound('submission');
        return body;
      },

      async test(caller, uuid, { contentType, body, address }) {
        const endpoint = await endpoints.own(caller, uuid);
        if (!endpoint.enabled) throw notFound('endpoint');
        const headers: [string, string][] = [
          ['Content-Type', contentType],
          ['X-Croft-Test', '1'],
        ];
        const arrival = { address, contentType, headers, isTest: true, body: Buffer.from(body), signature: undefined };
        return show(caller, (await taking.take(endpoint, arrival)).uuid);
      },
    }),
  };
}

const shown = ({ uuid, at, isPending, outcome, address, contentType, size, isTest, detail, results }: Shown) => ({
  ...{ id: uuid, at: at.toISOString(), address, contentType, size, isTest, detail, results },
  outcome: isPending ? ('unfinished' as const) : outcome,
});
type Shown = Omit<StoredSubmission, 'id' | 'endpointId'>;
