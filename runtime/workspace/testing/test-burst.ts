import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, parseGraph } from '@graft/graph';
import { openWorkspace } from '../workspace.ts';
import { workerTestRegistry } from './test-nodes.ts';

// As one of several servers on a workspace: plans and starts so many runs at once, each after a document has come,
// and prints how each ended, as one JSON object of counts.
const [root = '', workerEntry = '', name = '', count = '10'] = process.argv.slice(2);
const file = `${name}.graft.json`;
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      files: { type: 'read', version: 1, params: {} },
      pieces: { type: 'split', version: 1, params: {} },
    },
    edges: ['files.documents -> pieces.documents'],
  }),
);
const outcomes: Record<string, number> = {};
const note = (what: string): void => {
  outcomes[what] = (outcomes[what] ?? 0) + 1;
};

async function attempt(what: string, work: () => Promise<string>): Promise<void> {
  try {
    note(`${what} ${await work()}`);
  } catch (error) {
    const { code, message } = GraphError.from(error);
    note(`${what} ${code}: ${message.slice(0, 200)}`);
  }
}

const workspace = await openWorkspace({ root, workerEntry, registry: workerTestRegistry });
await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const document = join(root, `${name}-${String(index)}`);
    await writeFile(document, `Text ${name} ${String(index)}.`);
    // Whole at once: a document that changes while it is read is another matter.
    await rename(document, `${document}.txt`);
    await Promise.all([
      attempt('plan', async () => {
        const { problems } = await workspace.runs.explain(graph, file);
        return problems[0]?.code ?? 'ok';
      }),
      attempt('start', async () => {
        const { runId, finished } = await workspace.runs.start(graph, file);
        const { status, error } = await finished;
        const recorded = (await workspace.journal.get(runId))?.status;
        return status === recorded
          ? (error?.message ?? status)
          : `${status}, not ${String(recorded)}`;
      }),
    ]);
  }),
);
await workspace[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify(outcomes));
