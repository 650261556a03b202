import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGraph, type StepSummary } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { PackageBench, runOf } from '../testing/test-packages.ts';
import type { Workspace } from '../workspace.ts';

const bench = new PackageBench();
const file = 'loop.graft.json';
const node = (type: string, params: object = {}): object => ({ type, version: 1, params });

/** A loop whose graph reads a file in every round. */
const graphText = (lock: object = {}): string =>
  JSON.stringify({
    graft: 1,
    nodes: {
      ask: node('lines', { text: 'one\ntwo' }),
      reflect: node('repeat', { use: '#round', limit: 3 }),
    },
    edges: ['ask.rows -> reflect.open'],
    graphs: {
      round: {
        nodes: {
          in: node('input', { name: 'open' }),
          grade: node('upper', { suffix: '!' }),
          docs: node('read', { files: ['a.txt'] }),
          open: node('output', { name: 'open' }),
          read: node('output', { name: 'documents' }),
        },
        edges: [
          'in.value -> grade.rows',
          'grade.rows -> open.value',
          'docs.documents -> read.value',
        ],
      },
    },
    lock,
  });

async function anna(): Promise<Workspace> {
  const workspace = await bench.workspace('anna');
  await writeFile(join(workspace.root, file), graphText());
  await writeFile(join(workspace.root, 'a.txt'), 'One.');
  return workspace;
}

const statuses = (steps: readonly Pick<StepSummary, 'node' | 'status'>[], part: string): string[] =>
  steps.filter((step) => step.node.endsWith(part)).map((step) => step.status);

describe('what the graph of a loop reads', () => {
  it('is read once for all rounds, and anew when it has changed', async () => {
    const workspace = await anna();
    const first = await runOf(workspace, file, graphText());
    expect(first.status, first.error?.message).toBe('succeeded');
    expect(statuses(first.steps, '/docs')).toEqual(['succeeded', 'cached', 'cached']);
    await writeFile(join(workspace.root, 'a.txt'), 'One. Two.');
    const changed = await runOf(workspace, file, graphText());
    expect(statuses(changed.steps, '/docs')).toEqual(['succeeded', 'cached', 'cached']);
    expect(statuses(changed.steps, '/grade')).toEqual(['cached', 'cached', 'cached']);
  });

  it('is locked with the file, and compared', async () => {
    const workspace = await anna();
    const lock = await workspace.locks.taken(parseGraph(graphText()), file);
    expect(Object.keys(lock.files)).toEqual(['a.txt']);
    await writeFile(join(workspace.root, 'a.txt'), 'Another.');
    const { files } = lock;
    const report = await workspace.runs.explain(parseGraph(graphText({ files })), file);
    expect(report.drift).toMatchObject([{ name: 'a.txt', nodes: ['reflect/docs'] }]);
    const locked = await workspace.runs.explain(parseGraph(graphText({ files })), file, {
      locked: true,
    });
    expect(locked.problems).toMatchObject([{ code: 'lock-differs' }]);
  });

  it('is missed where it is read, and the rounds are not known', async () => {
    const workspace = await anna();
    const gone = parseGraph(graphText().replace('a.txt', 'gone.txt'));
    const report = await workspace.runs.explain(gone, file);
    expect(report.problems).toMatchObject([
      {
        code: 'missing-file',
        location: { file, graph: 'round', node: 'docs', path: 'reflect/docs', param: 'files' },
      },
    ]);
    const loop = report.nodes.find((step) => step.node === 'reflect');
    expect(loop).toMatchObject({ verdict: 'unknown', rounds: { limit: 3 } });
    await expect(workspace.runs.start(gone, file)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('goes into a package, which opens with the rounds in place', async () => {
    const workspace = await anna();
    await runOf(workspace, file, graphText());
    expect(await workspace.packages.contents(file)).toMatchObject({ data: { count: 1 } });
    await workspace.packages.pack(file, { data: true, artifacts: true }, bench.archive);
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'loop.graft.zip');
    const report = await ben.runs.explain(parseGraph(graphText()), file);
    expect(report).toMatchObject({ toRun: 0, problems: [] });
    const [run] = await ben.journal.list({ limit: 1 });
    expect((await ben.runs.why(run?.id ?? '', 'reflect#2/grade')).from).toBe('loop');
  });
});
