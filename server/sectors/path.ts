import { type Issue, invalid } from '../errors.ts';
import { sectorName } from './contract.ts';

/** How deep a tree of sectors may be. */
export const deepestSector = 16;

/**
 * The names of a path, top first: ` /home//Back yard/ ` is `['home', 'Back yard']`.
 * @throws AppError 422 when it names nothing, goes too deep or holds an impossible name
 */
export function parsePath(text: string): [string, ...string[]] {
  const steps = text.split('/').filter((step) => step.trim() !== '');
  if (steps.length > deepestSector) throw refused(tooDeep);
  const [top, ...below] = steps.map((step) => {
    const parsed = sectorName.safeParse(step);
    if (!parsed.success) throw refused(`"${step.trim()}": ${parsed.error.issues[0]?.message}`);
    return parsed.data;
  });
  if (top === undefined) throw refused('A path names at least one sector, as in /home/Back yard.');
  return [top, ...below];
}

/** `['home', 'Back yard']` as `/home/Back yard`. */
export const formatPath = (names: readonly string[]) => names.map((name) => `/${name}`).join('');

export const tooDeep = `Sectors can be ${deepestSector} levels deep at most.`;

function refused(message: string) {
  const issues: Issue[] = [{ path: '/path', message }];
  return invalid(message, issues);
}
