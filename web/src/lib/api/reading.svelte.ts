/**
 * Asks something again and again; an answer that was overtaken by a newer question is dropped. What changes an answer while
 * the next one is on its way changes that one too.
 */
export function createReading<Question, Answer>(read: (question: Question) => Promise<Answer>) {
  let answer = $state.raw<Answer>();
  let error = $state.raw<unknown>();
  let busy = $state(false);
  let latest = 0;
  let changes: ((answer: Answer) => Answer)[] = [];
  return {
    /** To the last question that was answered */
    get answer() {
      return answer;
    },
    /** Why the last question was not; undefined when it was */
    get error() {
      return error;
    },
    get busy() {
      return busy;
    },
    /** Settles when this question is answered, refused or overtaken. */
    async ask(question: Question): Promise<void> {
      latest += 1;
      const asked = latest;
      busy = true;
      changes = [];
      const [answered, refused] = await read(question).then(
        (value) => [value, undefined] as const,
        (reason: unknown) => [undefined, reason] as const,
      );
      if (asked !== latest) return;
      busy = false;
      error = refused;
      if (answered !== undefined) answer = changes.reduce<Answer>((value, change) => change(value), answered);
    },
    /** What was heard since it was asked. */
    change(change: (answer: Answer) => Answer): void {
      if (busy) changes.push(change);
      if (answer !== undefined) answer = change(answer);
    },
  };
}
