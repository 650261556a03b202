import { openWorkspace } from '../workspace.ts';
import { killFile, killGraph, slowGraph } from './kill-graph.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs a graph once, as a server or a command would, and prints the run's id first: the one of the kill test, or, where
// milliseconds are given, a single step that takes so long.
const [root = '', workerEntry = '', salt = '0', ms = '', database = ''] = process.argv.slice(2);
const workspace = await openWorkspace({
  ...{ root, workerEntry, registry: workerTestRegistry },
  ...(database === '' ? {} : { database }),
});
const { runId, finished } = await workspace.runs.start(
  ms === '' ? killGraph(Number(salt)) : slowGraph(Number(ms)),
  killFile,
);
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
