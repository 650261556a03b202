/** Slices of at most `size` entries: SQLite and Postgres bound the parameters of one statement. */
export function* chunks<T>(entries: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}
