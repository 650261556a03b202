import { execFileSync } from 'node:child_process';

/** Numbers in [0, 1) by Mulberry32: the same moments each time, so that a failure can be repeated. */
export function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Pids of the processes that a process started with a program whose path ends so. Needs `ps`. */
export function childrenOf(pid: number, program: string): number[] {
  const listing = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [child, parent, ...args] = line.trim().split(/\s+/);
    return Number(parent) === pid && args.some((arg) => arg.endsWith(program))
      ? [Number(child)]
      : [];
  });
}
