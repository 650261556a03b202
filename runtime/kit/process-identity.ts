import { readFileSync } from 'node:fs';
import { hasCode } from './system-error.ts';

/**
 * When a process started, in clock ticks since boot (Linux), to tell it from a later one with the same id;
 * `0` where the system does not say; undefined if there is no such process.
 */
function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, in parentheses, may hold spaces: count fields after it. The start time is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? '0');
  } catch {
    try {
      process.kill(pid, 0);
      return '0';
    } catch (error) {
      return hasCode(error, 'EPERM') ? '0' : undefined;
    }
  }
}

/** `pid:start-time` of this process: the `owner` of its runs. */
export const thisProcess = `${process.pid}:${processStartTime(process.pid) ?? '0'}`;

/** Whether the process `pid:start-time`, or just `pid`, still runs. */
export function isAlive(owner: string): boolean {
  const [pid, started = '0'] = owner.split(':');
  if (pid === undefined || !/^[1-9]\d*$/.test(pid)) return false;
  const now = processStartTime(Number(pid));
  if (now === undefined) return false;
  return started === '0' || now === '0' || started === now;
}

/** This process in a file name: `pid-start-time`. */
export const ownerStamp = thisProcess.replace(':', '-');

/**
 * The process that a file name tells of, as `isAlive` takes it; undefined where the name tells of none.
 * A hidden file's name begins with a dot.
 */
export function ownerInName(name: string): string | undefined {
  const stamp = /^\.?(\d+)-(\d+)-/.exec(name);
  return stamp === null ? undefined : `${stamp[1] ?? ''}:${stamp[2] ?? ''}`;
}
