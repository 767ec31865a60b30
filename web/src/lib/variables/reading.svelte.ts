/** Asks something again and again; an answer that was overtaken by a newer question is dropped. */
export function createReading<Question, Answer>(read: (question: Question) => Promise<Answer>) {
  let answer = $state.raw<Answer>();
  let error = $state.raw<unknown>();
  let busy = $state(false);
  let latest = 0;
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
      const [answered, refused] = await read(question).then(
        (value) => [value, undefined] as const,
        (reason: unknown) => [undefined, reason] as const,
      );
      if (asked !== latest) return;
      busy = false;
      error = refused;
      if (answered !== undefined) answer = answered;
    },
  };
}
