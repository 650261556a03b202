import { createRequire } from 'node:module';
import os from 'node:os';
import { setUnlessSet } from '../env.ts';

/**
 * LanceDB tells Arrow's classes apart by identity: both must come through the same CommonJS `require`.
 * Loaded when first needed, for its native code.
 */
export function lanceLibrary(): LanceLibrary {
  loaded ??= load();
  return loaded;
}

export interface LanceLibrary {
  readonly lancedb: typeof import('@lancedb/lancedb');
  readonly arrow: typeof import('apache-arrow');
}

let loaded: LanceLibrary | undefined;

/**
 * Without this, LanceDB takes two threads fewer than there are cores. Each part of an index of words that is being written keeps
 * one of them, and waits for another that encodes it: where none is left, as for many rows on two cores, it waits for ever
 * (lance-format/lance#7350). Read by the library when it is first used.
 */
function leaveThreadToEncode(): void {
  const threads = Math.max(2, os.availableParallelism());
  setUnlessSet('LANCE_CPU_THREADS', String(threads));
  setUnlessSet('LANCE_FTS_NUM_SHARDS', String(threads - 1));
}

function load(): LanceLibrary {
  leaveThreadToEncode();
  const require = createRequire(import.meta.url);
  const lancedb: LanceLibrary['lancedb'] = require('@lancedb/lancedb');
  const arrow: LanceLibrary['arrow'] = require('apache-arrow');
  return { lancedb, arrow };
}

/** Name of the one table of an index folder. */
export const tableName = 'chunks';
