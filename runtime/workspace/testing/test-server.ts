import { openWorkspace } from '../workspace.ts';
import { killFile, killGraph } from './kill-graph.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs the graph of the kill test once, as a server or a command would; it prints the run's id first.
const [root = '', workerEntry = '', salt = '0'] = process.argv.slice(2);
const workspace = await openWorkspace({ root, workerEntry, registry: workerTestRegistry });
const { runId, finished } = await workspace.start(killGraph(Number(salt)), killFile);
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
