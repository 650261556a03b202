import type { Graph } from '@graft/graph';
import { readS3Settings } from '@graft/store/s3';
import { openWorkspace } from '../workspace.ts';
import { holdGraph, killFile, killGraph, slowGraph } from './kill-graph.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs a graph once, as a server or a command would, and prints the run's id first: the one of the kill test, or, where
// milliseconds or the path of a file are given, a single step that takes so long or until that file is there. With
// `keeps-on`, as a server: others continue the run.
const [root = '', workerEntry = '', salt = '0', end = '', database = '', keepsOn = ''] =
  process.argv.slice(2);
const artifacts = readS3Settings(process.env);
const workspace = await openWorkspace({
  ...{ root, workerEntry, registry: workerTestRegistry },
  ...(database === '' ? {} : { database }),
  ...(artifacts === undefined ? {} : { artifacts }),
  keepsRunsOn: keepsOn === 'keeps-on',
});
const single = (): Graph => (/^\d+$/.test(end) ? slowGraph(Number(end)) : holdGraph(end));
const graph = end === '' ? killGraph(Number(salt)) : single();
const { runId, finished } = await workspace.runs.start(graph, killFile);
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
