import { inject } from 'vitest';

/** Milliseconds below which a clock tells nothing. */
const telling = 5;
/** Code units that no text here goes beyond. */
const longest = 160_000;
/** Linear work takes sixteen times as long on sixteen times the text, quadratic 256 times. */
const mostGrowth = 80;
/** Milliseconds that no text here may take. */
const tooLong = 2_000;

export type Scan = (text: string) => unknown;

/**
 * Whether work grows with the length of a text and no faster. Texts of 10 and 40 KB are scanned, and of 160 KB
 * where the time of shorter ones cannot be told; a text sixteen times as long may take at most eighty times as
 * long, by the best of several tries in time of this process. Gives what was measured where it takes longer.
 *
 * Only the soak measures: there each file has a process to itself. Elsewhere one text of 20 KB is scanned, which
 * shows that the scan ends; exponential work would not.
 */
export async function superlinear(
  scan: Scan,
  textOf: (length: number) => string,
): Promise<string | undefined> {
  if (inject('share') < 1) {
    await scan(textOf(20_000));
    return undefined;
  }
  for (let length = 10_000; ; length *= 4) {
    const short = await bestOf(2, scan, textOf(length));
    const long = await bestOf(1, scan, textOf(length * 4));
    const told = `${length} characters in ${short.toFixed(1)} ms, ${length * 4} in ${long.toFixed(1)} ms`;
    if (long > tooLong) return told;
    // Noise grows too: only what goes on growing in the next step is work.
    if (long > Math.max(short, telling / 4) * Math.sqrt(mostGrowth)) {
      const longest = await bestOf(2, scan, textOf(length * 16));
      const least = Math.max(await bestOf(3, scan, textOf(length)), telling / 4);
      if (longest > least * mostGrowth)
        return `${told}, ${length * 16} in ${longest.toFixed(1)} ms`;
    }
    if (long > telling || length * 4 >= longest) return undefined;
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
