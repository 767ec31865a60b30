/** `path` is a JSON Pointer (RFC 6901), empty for the whole document. */
export type SchemaIssue = { path: string; message: string };

/** Everything that is wrong with a schema.json or json_example.json, at once. */
export class SchemaError extends Error {
  override name = 'SchemaError';
  readonly issues: SchemaIssue[];

  constructor(issues: SchemaIssue[]) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
    this.issues = issues;
  }
}

/** RFC 6901 §3: `~` and `/` within a step are escaped. */
export function pointer(...steps: PropertyKey[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
