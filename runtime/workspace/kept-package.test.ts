import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGraph, serializeGraph } from '@graft/graph';
import { keptWorkspaces, unpackKeptWorkspace } from './testing/kept-workspace.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const keptRuns = keptWorkspaces['5295aeb2'];
const graphs = ['bowls.graft.json', 'lib/ask-table.graft.json', 'pieces.graft.json'];
let root: string;
let workspace: Workspace;

beforeAll(async () => {
  root = await unpackKeptWorkspace('5295aeb2');
  workspace = await openWorkspace({ root });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** The nodes of a run with how they ended and the digests of what they gave, sorted by node. */
async function stepsOf(opened: Workspace, id: string) {
  const steps = await opened.journal.steps(id);
  return steps
    .map(({ node, status, outputs }) => ({
      node,
      status,
      digests: Object.values(outputs).map(({ digest }) => digest),
    }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

const nodes = {
  'bowls.graft.json': ['ask/look-up', 'evaluate', 'questions', 'sample', 'table'],
  'pieces.graft.json': ['chunk', 'files'],
};

/** Nodes whose implementation was raised since: they compute once more, here to the same outputs. */
const raised = ['evaluate', 'questions'];

/** Those steps as a run of now has them. */
const ofNow = (steps: Awaited<ReturnType<typeof stepsOf>>) =>
  steps.map((step) => ({ ...step, status: raised.includes(step.node) ? 'succeeded' : 'cached' }));

describe('a workspace kept from 5295aeb2', () => {
  it('has its graphs, which save byte for byte the same', async () => {
    const listed = await workspace.graphs.list();
    expect(listed.map(({ path }) => path).sort()).toEqual(graphs);
    for (const path of graphs) {
      const before = await readFile(join(root, path), 'utf8');
      const { text, revision } = await workspace.graphs.read(path);
      expect(serializeGraph(parseGraph(text))).toBe(before);
      await workspace.graphs.save(path, text, revision);
      expect(await readFile(join(root, path), 'utf8')).toBe(before);
    }
    expect((await workspace.storage.verify()).damaged).toEqual([]);
  });

  it('lists its runs with their steps', async () => {
    const listed = await workspace.journal.list({ limit: 100 });
    expect(listed.map(({ id, status }) => [id, status]).reverse()).toEqual(
      keptRuns.map((id) => [id, 'succeeded']),
    );
    const steps = await Promise.all(keptRuns.map((id) => stepsOf(workspace, id)));
    const ended = steps.map((run) => run.map(({ node, status }) => `${node} ${status}`));
    const [asked, cut] = [nodes['bowls.graft.json'], nodes['pieces.graft.json']];
    const shared = asked.slice(2).map((node) => `${node} cached`);
    expect(ended).toEqual([
      asked.map((node) => `${node} succeeded`),
      asked.map((node) => `${node} cached`),
      cut.map((node) => `${node} succeeded`),
      cut.map((node) => `${node} cached`),
      // The experiment, then its variants: one asks for the other column, one is the first run.
      [],
      [...asked.slice(0, 2).map((node) => `${node} succeeded`), ...shared],
      [...asked.slice(0, 2).map((node) => `${node} cached`), ...shared],
    ]);
  });

  it('opens the table of its experiment', async () => {
    expect(await workspace.experiments.table(keptRuns[4])).toMatchObject({
      rows: [
        { settings: { 'ask.set.answer': '{weight}' }, cells: [{ mean: 2 / 3, n: 3 }] },
        { settings: { 'ask.set.answer': '{size}' }, cells: [{ mean: 1 / 3, n: 3 }] },
      ],
    });
  });

  it.each([
    ['bowls.graft.json', keptRuns[0]],
    ['pieces.graft.json', keptRuns[2]],
  ] as const)('reuses every step of %s but those raised since', async (path, kept) => {
    const graph = parseGraph((await workspace.graphs.read(path)).text);
    const { runId, finished } = await workspace.runs.start(graph, path);
    expect((await finished).status).toBe('succeeded');
    const before = await stepsOf(workspace, kept);
    expect(await stepsOf(workspace, runId)).toEqual(ofNow(before));
  });

  it('gave a package that unpacks elsewhere with the same run', async () => {
    const elsewhere = join(root, 'elsewhere');
    await mkdir(elsewhere);
    await using other = await openWorkspace({ root: elsewhere });
    const report = await other.packages.unpack(join(root, 'bowls.graft.zip'), 'bowls.graft.zip');
    expect([...report.written].sort()).toEqual(
      ['bowls.csv', 'bowls.graft.json', 'lib/ask-table.graft.json', 'questions.jsonl'].sort(),
    );
    for (const path of report.written) {
      expect(await readFile(join(elsewhere, path))).toEqual(await readFile(join(root, path)));
    }
    expect(report.package.runId).toBe(keptRuns[1]);
    expect(await stepsOf(other, keptRuns[1])).toEqual(await stepsOf(workspace, keptRuns[1]));
    const graph = parseGraph((await other.graphs.read('bowls.graft.json')).text);
    const { runId, finished } = await other.runs.start(graph, 'bowls.graft.json');
    expect((await finished).status).toBe('succeeded');
    expect(await stepsOf(other, runId)).toEqual(ofNow(await stepsOf(workspace, keptRuns[1])));
  });
});
