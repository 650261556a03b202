/**
 * Does `work` for each entry, at most `most` at once. After a failure no further entry is begun; it is thrown when those
 * that were begun have ended.
 */
export async function eachAtOnce<T>(
  entries: Iterable<T>,
  most: number,
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const rest = entries[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  if (failures.length > 0) throw failures[0];
}
