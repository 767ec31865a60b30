/** Lets tasks with the same key run one after the other, in the order in which they came. */
export function createTurns() {
  const last = new Map<number, Promise<unknown>>();

  return {
    take<T>(key: number, task: () => Promise<T>): Promise<T> {
      const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
      last.set(key, turn);
      const leave = () => last.get(key) === turn && last.delete(key);
      turn.then(leave, leave);
      return turn;
    },
  };
}
