import type { Graph } from '@graft/graph';
import { readS3Settings } from '@graft/store/s3';
import { openWorkspace } from '../workspace.ts';
import {
  heldKillGraph,
  holdGraph,
  killFile,
  killGraph,
  pacedRows,
  slowGraph,
} from './kill-graph.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs a graph once, as a server or a command would, and prints the run's id first: the one of the kill test, or, where
// milliseconds or the path of a file are given, a single step that takes so long or until that file is there; a path and a
// salt above 0 give both, and `paced:` before a path a step over many rows. With `keeps-on`, as a server: others continue the run.
const [root = '', workerEntry = '', salt = '0', end = '', database = '', keepsOn = ''] =
  process.argv.slice(2);
const artifacts = readS3Settings(process.env);
const workspace = await openWorkspace({
  ...{ root, workerEntry, registry: workerTestRegistry },
  ...(database === '' ? {} : { database }),
  ...(artifacts === undefined ? {} : { artifacts }),
  keepsRunsOn: keepsOn === 'keeps-on',
});
function graphOf(): Graph {
  if (end === '') return killGraph(Number(salt));
  if (end.startsWith('paced:')) return pacedRows(end.slice('paced:'.length));
  if (/^\d+$/.test(end)) return slowGraph(Number(end));
  return salt === '0' ? holdGraph(end) : heldKillGraph(Number(salt), end);
}
const graph = graphOf();
const { runId, finished } = await workspace.runs.start(graph, killFile);
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
