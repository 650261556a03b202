import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, serve, test, type ServedWorkspace } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

/** Milliseconds that a whole run may take: models are downloaded where they are not here yet. */
const wholeRun = 500_000;

interface Nodes {
  readonly nodes: Record<string, { params: Record<string, unknown> }>;
  readonly edges: string[];
}
type Graph = Nodes & { readonly graphs?: Record<string, Nodes> };

/** Writes an example beside itself as `FOLDER/NAME`, changed by `edit`, without its lock; returns the new path. */
async function copyOf(
  { folder }: ServedWorkspace,
  name: string,
  edit: (graph: Graph) => void,
): Promise<string> {
  const example = path.dirname(name);
  const from = path.join(folder, example, `${example}.graft.json`);
  const graph = JSON.parse(await readFile(from, 'utf8')) as Graph & { lock?: unknown };
  delete graph.lock;
  edit(graph);
  const copy = `${name}.graft.json`;
  await writeFile(path.join(folder, copy), JSON.stringify(graph));
  return copy;
}

test('quality beside topic puts the true page first, and says why', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'quality-reranking/quality-reranking.graft.json');
  await bench.run();
  await bench.reaches('score', 'succeeded', wholeRun);
  await bench.reaches('first', 'succeeded', wholeRun);
  await expect(bench.node('first')).toContainText(/Recall@1 0\.8/);

  await bench.select('rerank');
  await bench.tab('Output');
  const first = bench.output.getByRole('group').filter({ hasText: 'freshness' }).first();
  await expect(first).toContainText('What is the yearly rent of a full allotment plot?');
  await expect(first).toContainText('trust');
});

test('an embedder that was trained on the words of a house finds its pages', async ({
  page,
  workspace,
}) => {
  const short = await copyOf(workspace, 'tuned-embeddings/short', (graph) => {
    graph.graphs!['lora']!.nodes['train']!.params['epochs'] = 3;
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, short);
  await bench.run();
  await bench.reaches('score', 'succeeded', wholeRun);
  // As published it is .15.
  await expect(bench.node('score')).toContainText(/Recall@5 (0\.[5-9]|1)/);

  await test.step('pages that another embedder embedded are refused while they are drawn', async () => {
    const half = await copyOf(workspace, 'tuned-embeddings/half', (graph) => {
      const { edges } = graph.graphs!['lora']!;
      edges.splice(edges.indexOf('train.embedder -> retrieve.trained'), 1);
    });
    await bench.open(workspace.url, half);
    await expect(bench.node('search')).toContainText('an embedder trained in this graph');
  });
});

test('questions go the way that suits them, and answers that do not stand are asked again', async ({
  page,
  workspace,
}) => {
  const questions = await readFile(
    path.join(workspace.folder, 'self-reflective-rag/questions.jsonl'),
    'utf8',
  );
  // Every sixth: eight on the organisations, two of them without an answer, and two of general knowledge.
  const few = questions
    .trim()
    .split('\n')
    .filter((_, row) => row % 6 === 2);
  await writeFile(path.join(workspace.folder, 'self-reflective-rag/few.jsonl'), few.join('\n'));
  const graph = await copyOf(workspace, 'self-reflective-rag/few', ({ nodes }) => {
    nodes['questions']!.params['paths'] = ['self-reflective-rag/few.jsonl'];
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, graph);
  await bench.run();
  await bench.reaches('evaluate', 'succeeded', wholeRun);
  await expect(bench.node('evaluate')).toContainText(/Accuracy 0\.[3-9]/);
  await bench.select('all');
  await bench.tab('Output');
  await expect(bench.output).toContainText('What is');
  await expect(bench.node('ask')).toContainText('3 rounds');
});

test('news that no model knows are searched for, read and cited', async ({ page, workspace }) => {
  const site = spawn(process.execPath, [path.join(workspace.folder, 'yesterday/serve.mjs'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(site.stdout.setEncoding('utf8'), 'data')) as [string];
  const address = /http:\/\/\S+/.exec(line)?.[0] ?? '';
  const graph = await copyOf(workspace, 'yesterday/few', ({ nodes }) => {
    nodes['questions']!.params['paths'] = ['yesterday/few-questions.jsonl'];
    nodes['search']!.params['url'] = address;
  });
  // What may be read is the operator's to say, not the graph's.
  const server = await serve(workspace.folder, { GRAFT_PRIVATE_SITES: address });
  try {
    const bench = new Workbench(page);
    await bench.open(server.url, graph);
    await bench.run();
    await bench.reaches('evaluate', 'succeeded', wholeRun);
    await expect(bench.node('evaluate')).toContainText(/Accuracy (0\.[5-9]|1)/);
    await bench.select('generate');
    await bench.tab('Output');
    await expect(bench.output.locator('article').first()).toContainText('[1]');
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    site.kill();
  }
});
