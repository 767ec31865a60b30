import { OperatorError } from '../errors.ts';

/** Something about the embedded Postgres that a person has to mend: `found` says what is wrong, `hint` what to do. */
export class EmbeddedPostgresError extends OperatorError {
  override readonly name: string = 'EmbeddedPostgresError';
  readonly found: string;
  readonly hint: string;

  constructor(found: string, hint: string, options?: ErrorOptions) {
    super(`${found}\n${hint}`, options);
    this.found = found;
    this.hint = hint;
  }
}

/** The data folder cannot be used as it is: in use, damaged, of another version, or not readable. Nothing in it was changed. */
export class DataFolderError extends EmbeddedPostgresError {
  override readonly name = 'DataFolderError';
}

/** The code of a system error (`ENOENT`, `EACCES` …), undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
