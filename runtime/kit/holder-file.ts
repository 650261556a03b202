import { randomBytes } from 'node:crypto';
import { statSync, utimes } from 'node:fs';
import { basename } from 'node:path';
import { ownerFate, ownerStamp } from './process-identity.ts';

/** Milliseconds between two signs of life of a holder. */
const heartbeatEvery = 3_000;
/** Milliseconds without one after which a holder is taken for dead whose process cannot be looked at from here. */
const silence = 15_000;

/** A file name that says which process holds something by it. Used once: no later file has the same. */
export function holderName(): string {
  return `${ownerStamp}-${randomBytes(6).toString('hex')}`;
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
  const fate = ownerFate(basename(path));
  if (fate === 'lives' || fate === 'gone') return fate === 'lives';
  const touched = statSync(path, { throwIfNoEntry: false });
  return touched !== undefined && Date.now() - touched.mtimeMs < silence;
}
