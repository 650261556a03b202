/** Milliseconds below which a clock tells nothing. */
const TELLING = 5;
/** Code units that no text here goes beyond. */
const LONGEST = 160_000;
/** Linear work takes sixteen times as long on sixteen times the text, quadratic 256 times. */
const MOST_GROWTH = 80;
/** Milliseconds that no text here may take. */
const TOO_LONG = 2_000;

export type Scan = (text: string) => unknown;

/**
 * Whether work grows with the length of a text and no faster. Texts of 10 and 40 KB are scanned, and of 160 KB
 * where the time of shorter ones cannot be told; a text sixteen times as long may take at most eighty times as
 * long, by the best of several tries in time of this process. Gives what was measured where it takes longer.
 */
export async function superlinear(
  scan: Scan,
  textOf: (length: number) => string,
): Promise<string | undefined> {
  for (let length = 10_000; ; length *= 4) {
    const short = await bestOf(2, scan, textOf(length));
    const long = await bestOf(1, scan, textOf(length * 4));
    const told = `${length} characters in ${short.toFixed(1)} ms, ${length * 4} in ${long.toFixed(1)} ms`;
    if (long > TOO_LONG) return told;
    // Noise grows too: only what goes on growing in the next step is work.
    if (long > Math.max(short, TELLING / 4) * Math.sqrt(MOST_GROWTH)) {
      const longest = await bestOf(2, scan, textOf(length * 16));
      const least = Math.max(await bestOf(3, scan, textOf(length)), TELLING / 4);
      if (longest > least * MOST_GROWTH)
        return `${told}, ${length * 16} in ${longest.toFixed(1)} ms`;
    }
    if (long > TELLING || length * 4 >= LONGEST) return undefined;
  }
}

/** Milliseconds of processor time of the quickest of some tries. */
async function bestOf(tries: number, scan: Scan, text: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < tries; at += 1) {
    const start = process.cpuUsage();
    await scan(text);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
