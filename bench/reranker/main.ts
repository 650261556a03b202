import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { makeCollections } from './collections.ts';

/**
 * Trains the reranker of reranker.graft.json on documentation from Debian packages, and measures it against hybrid
 * retrieval alone: on pages of it that were held out, and on collections that it never saw. Everything is made in a folder
 * that becomes a workspace, where it can be looked at with `graft serve`. Argument: the folder.
 */
const folder = path.resolve(
  process.argv[2] ?? path.join(homedir(), '.cache', 'graft-bench-reranker'),
);
const graph = path.join(folder, 'reranker.graft.json');
const cli = path.join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'graft.mjs');

mkdirSync(folder, { recursive: true });
makeCollections(folder);
copyFileSync(path.join(import.meta.dirname, 'reranker.graft.json'), graph);
const { status } = spawnSync(
  process.execPath,
  [cli, 'experiment', graph, 'ways', '--workspace', folder],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
