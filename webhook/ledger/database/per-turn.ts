/**
 * Returns a function whose calls of one turn of the event loop are one run: a round trip to PostgreSQL costs more processor time than
 * most of what it is for. A run that rejects rejects all its calls.
 * @param most the calls of one run; more of them are the next run
 * @param run returns the results in the order of the calls
 */
export function perTurn<Item, Result>(
  most: number,
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  interface Call {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Call[] = [];
  const runNext = async (): Promise<void> => {
    const calls = waiting.splice(0, most);
    if (waiting.length > 0) setImmediate(() => void runNext());
    try {
      const results = await run(calls.map(({ item }) => item));
      for (const [index, result] of results.entries()) calls[index]?.resolve(result);
      if (results.length !== calls.length) throw new Error(`${calls.length} calls had ${results.length} results`);
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void runNext());
      waiting.push({ item, resolve, reject });
    });
}
