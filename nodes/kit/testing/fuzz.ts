import { GraphError } from '@graft/graph';
import { mutate, seeded } from './mutate.ts';

/** Milliseconds of processor time that no file may take. */
const longest = 2_000;
/** Bytes that the process may grow by over all files. */
const mostMemory = 1_500_000_000;

export interface FuzzOptions {
  /** Files that are changed, one after the other. */
  readonly seeds: readonly Buffer[];
  readonly count: number;
  /** Reads the file as a user would; gives where it was read, or throws. */
  readonly read: (bytes: Buffer, at: number) => unknown;
}

export interface FuzzReport {
  readonly files: number;
  /** Refused ones by the code of the error. */
  readonly refused: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly grownMb: number;
  /** What must not happen: another error than a GraphError, one of ours, more than two seconds, too much memory. */
  readonly faults: readonly string[];
}

/** Reads changed files. The same number of a file always gives the same bytes. */
export async function fuzz({ seeds, count, read }: FuzzOptions): Promise<FuzzReport> {
  const refused: Record<string, number> = {};
  const faults: string[] = [];
  const before = process.memoryUsage().rss;
  let [slowest, most] = [0, before];
  for (let at = 0; at < count; at += 1) {
    const bytes = mutate(seeds[at % seeds.length] ?? Buffer.alloc(0), seeded(at));
    const start = process.cpuUsage();
    try {
      await read(bytes, at);
    } catch (error) {
      const code = error instanceof GraphError ? error.code : 'internal';
      refused[code] = (refused[code] ?? 0) + 1;
      if (code === 'internal') {
        faults.push(`file ${at}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    if (took > longest) faults.push(`file ${at} took ${took.toFixed(0)} ms`);
    slowest = Math.max(slowest, took);
    most = Math.max(most, process.memoryUsage().rss);
  }
  if (most - before > mostMemory) faults.push(`memory grew by ${most - before} bytes`);
  return {
    ...{ files: count, refused, faults: faults.slice(0, 10) },
    ...{ slowestMs: Math.round(slowest), grownMb: Math.round((most - before) / 1e6) },
  };
}
