import { createRequire } from 'node:module';
import os from 'node:os';
import { environment, setUnlessSet } from '../env.ts';

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
  const { threads, shards } = lanceThreads(
    environment['LANCE_CPU_THREADS'],
    os.availableParallelism(),
  );
  setUnlessSet('LANCE_CPU_THREADS', String(threads));
  setUnlessSet('LANCE_FTS_NUM_SHARDS', String(shards));
}

/** Threads of the library, of which the operator may have set another number, and those parts of an index of words that are written at once. */
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

/** Name of the one table of an index folder. */
export const tableName = 'chunks';
