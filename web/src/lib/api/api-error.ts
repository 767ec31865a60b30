/**
 * What is wrong with one part of an input: `path` is a JSON Pointer (RFC 6901) into it, `at` the place of the fault within a
 * text that people type, in UTF-16 units from its beginning.
 */
export type Issue = { path: string; message: string; at?: number };

type Problem = { title?: string; detail?: string; code?: string; issues?: Issue[] };

/** An answer of the instance that is no success. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable code of the problem; `unreachable` when no answer came. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly issues: Issue[];
  /** Seconds to wait before another try, when the instance said so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number) {
    const title = problem.title ?? `HTTP ${status}`;
    super(problem.detail ?? title);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.title = title;
    this.detail = problem.detail;
    this.issues = problem.issues ?? [];
    this.retryAfter = retryAfter;
  }

  /** The first message about a field of the body or query, by the last step of its path. */
  issueAt(field: string): string | undefined {
    return this.issues.find((issue) => issue.path.split('/').at(-1) === field)?.message;
  }
}

/** Reads a problem+json answer (RFC 9457); an answer of another kind (a proxy's page) keeps its status only. */
export async function readProblem(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('retry-after'));
  const problem = await response.json().catch(() => undefined);
  return new ApiError(response.status, isProblem(problem) ? problem : {}, seconds > 0 ? seconds : undefined);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null;
}
