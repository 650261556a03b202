import { readFileSync } from 'node:fs';

/** How a child process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
  /** `oomKills()` when it started. */
  readonly oomKillsBefore: number | undefined;
}

/** Processes that the kernel has killed for want of memory so far; undefined where it does not say. */
export function oomKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
