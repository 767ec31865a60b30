import { createReader } from './reader.ts';
import { type HistoryDeps, historyRoutes } from './routes.ts';

/** Values over time, raw or one per period, as JSON, CSV or newline-delimited JSON. */
export function createHistory(deps: HistoryDeps) {
  return { routes: historyRoutes({ ...deps, read: createReader(deps) }) };
}
