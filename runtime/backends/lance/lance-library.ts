import { createRequire } from 'node:module';

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

function load(): LanceLibrary {
  const require = createRequire(import.meta.url);
  const lancedb: LanceLibrary['lancedb'] = require('@lancedb/lancedb');
  const arrow: LanceLibrary['arrow'] = require('apache-arrow');
  return { lancedb, arrow };
}

/** Name of the one table of an index folder. */
export const tableName = 'chunks';
