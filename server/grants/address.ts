import { type Issue, invalid } from '../errors.ts';

/** `bob:/home/Garage/Light#on`; `path` is the sector's, '' when the unit is in none. */
export type Address = { username: string; path: string; unit: string; variable: string | undefined };

/**
 * Takes an address apart. Only a sector's name may hold `#`, and no name holds `/` or, of users, `:`, so there is one way to
 * read it.
 * @param part JSON Pointer to where it stands in the request
 * @throws AppError 422
 */
export function readAddress(text: string, part: string): Address {
  const [, username, path = '', unit = '', variable] =
    /^([^:/]+):((?:\/[^/]+)*)\/([^/#]+)(?:#([^/#]+))?$/.exec(text.normalize('NFC')) ?? [];
  if (username === undefined) throw refused(part, 'Write an address as in bob:/home/Garage/Light#on.');
  return { username, path, unit, variable };
}

/** Addresses of a unit and, with its name, of a variable. */
export const formatAddress = (owner: string, path: string, unit: string, variable?: string) =>
  `${owner}:${path}/${unit}${variable === undefined ? '' : `#${variable}`}`;

export function refused(path: string, message: string) {
  const issues: Issue[] = [{ path, message }];
  return invalid(`${path.slice(1)}: ${message}`, issues);
}
