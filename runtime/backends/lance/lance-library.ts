import { createRequire } from 'node:module';
import os from 'node:os';
import { environment, setUnlessSet } from '../env.ts';

/**
 * LanceDB recognizes Arrow's classes by identity, so both must come through the same CommonJS `require`. Loaded on
 * first use, because of the native code.
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
 * By default, LanceDB uses two threads fewer than there are cores. Each shard of a word index in progress occupies one
 * and waits for another to encode it. If none is left, as with many rows on two cores, it waits forever
 * (lance-format/lance#7350). The library reads the variables on first use.
 */
function leaveThreadToEncode(): void {
  const { threads, shards } = lanceThreads(
    environment['LANCE_CPU_THREADS'],
    os.availableParallelism(),
  );
  setUnlessSet('LANCE_CPU_THREADS', String(threads));
  setUnlessSet('LANCE_FTS_NUM_SHARDS', String(shards));
}

/** Threads of the library, unless the operator sets another number, and the shards of a word index to write at once. */
export function lanceThreads(
  set: string | undefined,
  cores: number,
): { readonly threads: number; readonly shards: number } {
  const wanted = Number(set ?? '');
  const threads = Number.isInteger(wanted) && wanted > 0 ? wanted : Math.max(2, cores);
  return { threads, shards: Math.max(1, threads - 1) };
}

function load(): LanceLibrary {
  leaveThreadToEncode();
  const require = createRequire(import.meta.url);
  const lancedb: LanceLibrary['lancedb'] = require('@lancedb/lancedb');
  const arrow: LanceLibrary['arrow'] = require('apache-arrow');
  return { lancedb, arrow };
}

/** Name of the only table in an index folder. */
export const tableName = 'chunks';
