import { AppError } from '../errors.ts';
import { OutgoingError, type OutgoingProblem } from '../outgoing.ts';

/** Why a repository could not be read, in words for its owner. Never holds a token. */
export class RepositoryError extends Error {
  override name = 'RepositoryError';
}

const tryNext: Record<OutgoingProblem, string> = {
  refused: 'Whoever runs this instance can allow hosts of the own network with CROFT_OUTGOING_ALLOW.',
  'unknown-host': 'Check the address.',
  unreachable: 'Check the address; it is tried again later.',
  certificate: 'Whoever runs that server can mend it.',
  timeout: 'The server is slow, or the repository is large; it is tried again later.',
  'too-large': 'The newest files of a repository may have 16 MB, packed. Use a smaller repository, or import a .zip.',
  broken: 'It is tried again later.',
};

/** A sentence or two on what went wrong and what to try; undefined for what is a defect of ours. */
export function explain(error: unknown, hasToken: boolean): string | undefined {
  if (error instanceof RepositoryError || error instanceof AppError) return error.message;
  if (error instanceof OutgoingError) {
    return `${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}. ${tryNext[error.problem]}`;
  }
  // Errors of isomorphic-git have stable codes: https://isomorphic-git.org/docs/en/errors
  const { code, data } = error as { code?: string; data?: { statusCode?: number } };
  if (code === 'HttpError') return ofStatus(data?.statusCode ?? 0, hasToken);
  if (code === 'RemoteCapabilityError') return 'The git server is too old: it cannot send the newest files alone.';
  if (code === 'EmptyServerResponseError') return 'The repository is empty.';
  if (code === 'UnsafeFilepathError') return 'The repository has a file with a name that no board can hold.';
  if (code === 'SmartHttpError' || code === 'ParseError') {
    return 'There is no git repository at this address, or its server knows the old protocol alone.';
  }
  return undefined;
}

function ofStatus(status: number, hasToken: boolean): string {
  if ([401, 403, 404, 410].includes(status)) return hasToken ? refused : hidden;
  if (status === 429) return 'The git server says that it was asked too often. It is tried again later.';
  return `The git server answered with ${status}. It is tried again later.`;
}

export const hidden =
  'There is no such repository, or it is private. Check the address, or give a token that may read it.';
const refused = 'There is no such repository, or the token may not read it. Check the address, or give another token.';
