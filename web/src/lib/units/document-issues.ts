import { ApiError, type Issue } from '#lib/api/api-error.ts';

/** Brings the first field that is marked as wrong into sight, with the focus in it. */
export function focusFirstFault(form: HTMLElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

type Documents = { schema: Issue[]; example: Issue[] };

/** What the instance says is wrong with each of the two documents, with paths into that document. */
export function documentIssues(error: unknown): Documents {
  const issues = error instanceof ApiError ? error.issues : [];
  return { schema: issuesWithin(issues, '/schema'), example: issuesWithin(issues, '/example') };
}

function issuesWithin(issues: readonly Issue[], root: string): Issue[] {
  return issues
    .filter(({ path }) => path === root || path.startsWith(`${root}/`))
    .map(({ path, message }) => ({ path: path.slice(root.length), message }));
}
