import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, statSync, utimes } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { isAlive, ownerInName, ownerStamp } from './process-identity.ts';

/** Milliseconds between two signs of life of a holder. */
const heartbeatEvery = 3_000;
/** Milliseconds without one after which a holder is taken for dead whose process cannot be looked at from here. */
const silence = 15_000;

/** Names the set of processes that this one can see: a folder may be shared between machines or containers. */
const machine = createHash('sha256').update(visibleProcesses()).digest('hex').slice(0, 8);

function visibleProcesses(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** A file name that says which process holds something by it. Used once: no later file has the same. */
export function holderName(): string {
  return `${ownerStamp}-${machine}-${randomBytes(6).toString('hex')}`;
}

/** The process id in a holder's file name; undefined where the name is none. */
export function holderPid(name: string): number | undefined {
  const owner = ownerInName(name);
  return owner === undefined ? undefined : Number.parseInt(owner, 10);
}

/** Touches the file while this process lives. Returns the stop function. */
export function giveSignsOfLife(path: string): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now, () => undefined);
  }, heartbeatEvery).unref();
  return () => {
    clearInterval(timer);
  };
}

/**
 * Whether the holder that a file names lives: by its process where that can be looked at and cannot be mistaken
 * for a later one, else by its signs of life.
 */
export function holderLives(path: string): boolean {
  const name = basename(path);
  const owner = ownerInName(name) ?? '';
  const visible = name.split('-')[2] === machine;
  if (visible && !isAlive(owner)) return false;
  if (visible && !owner.endsWith(':0')) return true;
  const touched = statSync(path, { throwIfNoEntry: false });
  return touched !== undefined && Date.now() - touched.mtimeMs < silence;
}
