/**
 * What is wrong with one part of an input: `path` is a JSON Pointer (RFC 6901) into it, `at` the place of the fault within a
 * text that people type, in UTF-16 units from its beginning.
 */
export type Issue = { path: string; message: string; at?: number };

/**
 * An error a caller is told about. `code` is stable and part of the API, `message` is for people.
 * Each door has one mapping of it: problem+json (RFC 9457) in HTTP, a refusal row in MQTT.
 */
export class AppError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, more: { issues?: Issue[]; retryAfter?: number } = {}) {
    super(message);
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.issues = more.issues;
    this.retryAfter = more.retryAfter;
  }
}

export const badRequest = (message: string, issues?: Issue[]) => new AppError(400, 'bad-request', message, { issues });
export const unauthorized = (message: string) => new AppError(401, 'unauthorized', message);
export const forbidden = (message: string) => new AppError(403, 'forbidden', message);
/** Also the answer for what exists but may not be seen by the caller. */
export const notFound = (what: string) => new AppError(404, 'not-found', `There is no such ${what}.`);
export const conflict = (message: string) => new AppError(409, 'conflict', message);
export const invalid = (message: string, issues?: Issue[]) => new AppError(422, 'invalid', message, { issues });
/** @param retryAfter seconds */
export const tooManyRequests = (message: string, retryAfter: number) =>
  new AppError(429, 'too-many-requests', message, { retryAfter });
/** @param retryAfter seconds */
export const unavailable = (message: string, retryAfter: number) =>
  new AppError(503, 'unavailable', message, { retryAfter });

/** Something only the operator can mend: printed without a stack, ends the program with `exitCode`. */
export class OperatorError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.name = 'OperatorError';
    this.exitCode = options.exitCode ?? 1;
  }
}
