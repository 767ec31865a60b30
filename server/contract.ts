import { auditContract } from './audit/contract.ts';
import { commandsContract } from './commands/contract.ts';
import { grantsContract } from './grants/contract.ts';
import { graphContract } from './graph/contract.ts';
import { historyContract } from './history/contract.ts';
import type { RouteInput, RouteReply } from './http/contract.ts';
import { operationsContract } from './http/operations/contract.ts';
import { linksContract } from './links/contract.ts';
import { liveContract } from './live/contract.ts';
import { programsContract } from './programs/contract.ts';
import { sectorsContract } from './sectors/contract.ts';
import { submissionsContract } from './submissions/contract.ts';
import { templatesContract } from './templates/contract.ts';
import { unitsContract } from './units/contract.ts';
import { usersContract } from './users/contract.ts';
import { variablesContract } from './variables/contract.ts';

/** Every route of the instance. */
export const api = {
  ...operationsContract,
  ...usersContract,
  ...sectorsContract,
  ...unitsContract,
  ...templatesContract,
  ...programsContract,
  ...variablesContract,
  ...submissionsContract,
  ...linksContract,
  ...graphContract,
  ...commandsContract,
  ...grantsContract,
  ...auditContract,
  ...historyContract,
  ...liveContract,
};

export type Api = typeof api;
export type ApiInput<K extends keyof Api> = RouteInput<Api[K]>;
export type ApiReply<K extends keyof Api> = RouteReply<Api[K]>;
