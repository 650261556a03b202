import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

/** Bytes of strings and objects that something still refers to. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  const gc = z.custom<() => void>((value) => typeof value === 'function').parse(collect);
  // What a collection finds to be free beside the heap, as a long text, is given back while the next one begins.
  for (let times = 0; times < 3; times += 1) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A text of that many bytes which stands in memory as a whole. */
export function longText(bytes: number, of: string): string {
  return Buffer.alloc(bytes, of).toString('latin1');
}
