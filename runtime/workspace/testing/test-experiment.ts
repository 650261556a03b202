import { openWorkspace } from '../workspace.ts';
import { experimentFile, experimentGraph } from './experiment-graph.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs an experiment once, as a command would, and prints the id of its run first.
const [root = '', workerEntry = '', salt = '0', ms = '100', experiment = '{}'] =
  process.argv.slice(2);
const workspace = await openWorkspace({ root, workerEntry, registry: workerTestRegistry });
const parsed: unknown = JSON.parse(experiment);
const graph = experimentGraph(Object(parsed), { salt: Number(salt), ms: Number(ms) });
const { runId, finished } = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
