import { ApiError } from '#lib/api/api-error.ts';
import { explain } from '#lib/api/explain.ts';

type Deps = {
  send: () => Promise<void>;
  /** A better line than the instance's own for what it may refuse here */
  explainHere?: (error: ApiError) => string | undefined;
};

/** One form's way to the instance: under way, done, or refused with the reason. */
export function createSubmission({ send, explainHere }: Deps) {
  let busy = $state(false);
  let error = $state.raw<unknown>();
  return {
    get busy() {
      return busy;
    },
    /** Why it was refused, unless a field says so already */
    get refusal(): string | undefined {
      if (error === undefined) return undefined;
      if (!(error instanceof ApiError)) return explain(error);
      if (error.issues.length > 0) return undefined;
      return explainHere?.(error) ?? explain(error);
    },
    /** What is wrong with one field, by its name */
    issueAt(field: string): string | undefined {
      return error instanceof ApiError ? error.issueAt(field) : undefined;
    },
    async submit(event: SubmitEvent): Promise<void> {
      event.preventDefault();
      if (busy) return;
      busy = true;
      error = undefined;
      await send()
        .catch((caught: unknown) => {
          error = caught;
        })
        .finally(() => {
          busy = false;
        });
    },
  };
}
