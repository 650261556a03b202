import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
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

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

/** A container has a name of its own, and often its image's machine id. */
const machine = `${read('/etc/machine-id')} ${hostname()}`;
const boot = read('/proc/sys/kernel/random/boot_id');
const namespace = processNamespace();

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/** Whether the process `pid:start-time`, or just `pid`, still runs. */
export function isAlive(owner: string): boolean {
  const [pid, started = '0'] = owner.split(':');
  if (pid === undefined || !/^[1-9]\d*$/.test(pid)) return false;
  const now = processStartTime(Number(pid));
  if (now === undefined) return false;
  return started === '0' || now === '0' || started === now;
}

/** This process in a file name, or in that of a holder: `pid-start-time@machine.boot.namespace`. */
export const ownerStamp = `${process.pid}-${processStartTime(process.pid) ?? '0'}@${[machine, boot, namespace].map(short).join('.')}`;

/** A name of a holder that says which process it is. Used once: no later holder has the same. */
export function holderName(): string {
  return `${ownerStamp}-${randomBytes(6).toString('hex')}`;
}

const stamp = /^\.?(\d+)-(\d+)(?:@([\da-f]+)\.([\da-f]+)\.([\da-f]+))?-/;

/** The id of the process that a file name tells of; undefined where it tells of none. */
export function pidInName(name: string): number | undefined {
  const pid = stamp.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

export type OwnerFate = 'lives' | 'gone' | 'elsewhere' | 'unsure';

/**
 * What can be said from here of the process that a file name tells of; undefined where it tells of none. A hidden
 * file's name begins with a dot. `elsewhere`: on another machine, or in a container whose process ids are others;
 * it may live. `gone`: also whatever ran before this machine was started. `unsure`: there is a process with its id,
 * which may be a later one, since the system does not tell when it started.
 */
export function ownerFate(name: string): OwnerFate | undefined {
  const found = stamp.exec(name);
  if (found === null) return undefined;
  const [, pid = '', started = '', onMachine, inBoot, inNamespace] = found;
  // Names of earlier versions say no place.
  if (onMachine !== undefined) {
    if (onMachine !== short(machine)) return 'elsewhere';
    if (inBoot !== short(boot)) return 'gone';
    if (inNamespace !== short(namespace)) return 'elsewhere';
  }
  if (!isAlive(`${pid}:${started}`)) return 'gone';
  return started === '0' ? 'unsure' : 'lives';
}
