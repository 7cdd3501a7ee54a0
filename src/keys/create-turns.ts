/** Runs tasks one after the other, in the order in which they came; one that fails does not keep the next from running. */
export type Turns = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Makes a line of tasks. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => {});
    return turn;
  };
}
