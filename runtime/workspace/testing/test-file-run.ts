import { parseGraph } from '@graft/graph';
import { openWorkspace } from '../workspace.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Runs a graph file of a workspace once, as a server or a command would, and prints the run's id first.
const [root = '', workerEntry = '', path = ''] = process.argv.slice(2);
const workspace = await openWorkspace({ root, workerEntry, registry: workerTestRegistry });
const { text } = await workspace.graphs.read(path);
const { runId, finished } = await workspace.runs.start(parseGraph(text, path), path);
process.stdout.write(`${runId}\n`);
await finished;
await workspace[Symbol.asyncDispose]();
