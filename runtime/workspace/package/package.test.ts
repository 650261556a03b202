import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGraph } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { file, graphText, PackageBench, runOf } from '../testing/test-packages.ts';

const bench = new PackageBench();

describe('a package', () => {
  it('opens elsewhere with its results in place, and runs on from there', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    const report = await ben.packages.unpack(bench.archive, 'corpus.graft.zip');
    expect(report.written).toEqual([file, 'a.txt']);
    expect(await readFile(join(ben.root, 'a.txt'), 'utf8')).toBe('One. Two.');

    const [run] = await ben.journal.list({ limit: 5 });
    expect(run).toMatchObject({ id: report.package.runId, file, status: 'succeeded' });
    const made = await ben.runs.why(run?.id ?? '', 'pieces');
    expect(made.from).toBe('corpus');
    expect(report.results).toBe(2);
    const chunks = made.outputs['chunks'];
    if (chunks === undefined) throw new Error('the run brought no chunks');
    expect(await ben.rows.page(chunks, 0, 5)).toMatchObject({
      rows: [{ text: 'One.' }, { text: 'Two.' }],
    });

    const plan = await ben.runs.explain(parseGraph(graphText), file);
    expect(plan).toMatchObject({ reused: 2, toRun: 0 });
    expect(plan.nodes.map(({ from }) => from)).toEqual(['corpus', 'corpus']);
    const end = await runOf(ben);
    expect(end.steps.map(({ status, from }) => [status, from])).toEqual([
      ['cached', 'corpus'],
      ['cached', 'corpus'],
    ]);
    await writeFile(join(ben.root, 'a.txt'), 'One. Three.');
    expect((await runOf(ben)).steps.map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
    ]);
  });

  it('used for its own graph only, until it is trusted', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    const { package: received } = await ben.packages.unpack(bench.archive, 'x');
    const other = (): Promise<number> =>
      ben.runs.explain(parseGraph(graphText), 'other.graft.json').then(({ reused }) => reused);
    expect(await other()).toBe(0);
    await ben.packages.trust('corpus');
    expect(await other()).toBe(2);
    expect((await ben.packages.list()).map(({ id, trusted }) => [id, trusted])).toEqual([
      [received.id, true],
    ]);
    // Once more: nothing is written, nothing is asked for anew, and it stays trusted.
    const again = await ben.packages.unpack(bench.archive, 'x');
    expect(again).toMatchObject({ written: [], present: [file, 'a.txt'] });
    expect(again.package.trusted).toBe(true);
  });

  it('answers for a graph that was here before only once somebody trusts it', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    await writeFile(join(ben.root, file), graphText);
    const report = await ben.packages.unpack(bench.archive, 'x');
    expect(report).toMatchObject({ present: [file], package: { held: true, trusted: false } });
    const reused = async (): Promise<number> =>
      (await ben.runs.explain(parseGraph(graphText), file)).reused;
    expect(await reused()).toBe(0);
    expect(await ben.journal.list({ limit: 1 })).toEqual([]);
    // Now all of it is here: it is still not theirs to say.
    expect((await ben.packages.unpack(bench.archive, 'x')).package.held).toBe(true);
    expect(await reused()).toBe(0);
    await ben.packages.trust(report.package.id);
    expect(await reused()).toBe(2);
  });

  it('follows its graph to another name, and is forgotten when it is removed', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'x');
    const { revision } = await ben.graphs.read(file);
    await ben.graphs.rename(file, 'renamed.graft.json', revision);
    const reused = async (): Promise<number> =>
      (await ben.runs.explain(parseGraph(graphText), 'renamed.graft.json')).reused;
    expect(await reused()).toBe(2);
    await ben.packages.remove('corpus');
    expect(await reused()).toBe(0);
    await expect(ben.packages.remove('corpus')).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('keeps its results through a collection that has room for them', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'x');
    await ben.storage.collect(1 << 20);
    expect((await ben.runs.explain(parseGraph(graphText), file)).reused).toBe(2);
    await ben.storage.collect(0);
    expect((await ben.runs.explain(parseGraph(graphText), file)).reused).toBe(0);
    expect((await runOf(ben)).status).toBe('succeeded');
    // What was made here again has the keys of what was received.
    const { reached, after } = await ben.storage.collect(0);
    expect([reached, after]).toEqual([true, 0]);
  });

  it('takes no file’s place, and then writes nothing at all', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    await writeFile(join(ben.root, 'a.txt'), 'Mine.');
    await expect(ben.packages.unpack(bench.archive, 'x')).rejects.toMatchObject({
      code: 'name-taken',
      message: expect.stringContaining('a.txt'),
    });
    expect(await readFile(join(ben.root, 'a.txt'), 'utf8')).toBe('Mine.');
    expect(await ben.journal.list({ limit: 1 })).toEqual([]);
    expect((await readdir(ben.root)).sort()).toEqual(['.graft', 'a.txt']);
  });

  it('takes the graphs along that its graph uses', async () => {
    const anna = await bench.workspace('anna');
    const inner = {
      ...JSON.parse(graphText),
      nodes: {
        ...JSON.parse(graphText).nodes,
        out: { type: 'output', version: 1, params: { name: 'pieces' } },
      },
    };
    inner.edges = [...inner.edges, 'pieces.chunks -> out.value'];
    const outer = {
      graft: 1,
      nodes: { corpus: { type: 'graph', version: 1, params: { use: 'lib/corpus.graft.json' } } },
      edges: [],
    };
    await mkdir(join(anna.root, 'lib'));
    await writeFile(join(anna.root, 'lib/corpus.graft.json'), JSON.stringify(inner));
    await writeFile(join(anna.root, file), JSON.stringify(outer));
    await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
    await runOf(anna, file, JSON.stringify(outer));
    await anna.packages.pack(file, { data: true, artifacts: true }, bench.archive);
    const ben = await bench.workspace('ben');
    const report = await ben.packages.unpack(bench.archive, 'x');
    expect(report.written).toEqual([file, 'lib/corpus.graft.json', 'a.txt']);
    expect(await ben.runs.explain(parseGraph(JSON.stringify(outer)), file)).toMatchObject({
      reused: 2,
      toRun: 0,
    });
    const [run] = await ben.journal.list({ limit: 1 });
    const graphs = Object.entries(run?.graphs ?? {});
    expect(graphs.map(([path]) => path)).toEqual(['lib/corpus.graft.json']);
    for (const digest of [run?.graph ?? '', graphs[0]?.[1] ?? '']) {
      expect(await ben.artifacts.verify(digest)).toBe(true);
    }
  });

  it('says what results it cannot pack, and how large its parts are', async () => {
    const anna = await bench.workspace('anna');
    await writeFile(join(anna.root, file), graphText);
    await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
    await expect(
      anna.packages.pack(file, { artifacts: true }, bench.archive),
    ).rejects.toMatchObject({
      code: 'bad-input',
    });
    const contents = await anna.packages.contents(file);
    expect(contents).toMatchObject({ data: { count: 1, size: 9 }, models: [] });
    expect(contents.artifacts).toBeUndefined();
    await runOf(anna);
    expect((await anna.packages.contents(file)).artifacts?.count).toBe(2);
  });

  it('says what of its results is gone, and is not made of none', async () => {
    const anna = await bench.withRun();
    const [run] = await anna.journal.list({ limit: 1 });
    const { outputs } = await anna.runs.why(run?.id ?? '', 'files');
    await anna.artifacts.delete(outputs['documents']?.digest ?? '');
    const { artifacts } = await anna.packages.contents(file);
    expect(artifacts).toMatchObject({ count: 1, missing: ['files'] });
    const choice = { data: true, artifacts: true };
    expect((await anna.packages.pack(file, choice, bench.archive)).missing).toEqual(['files']);
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'x');
    expect(await ben.runs.explain(parseGraph(graphText), file)).toMatchObject({
      reused: 0,
      toRun: 2,
    });
    await anna.storage.collect(0);
    await expect(anna.packages.pack(file, choice, bench.archive)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining(
        `The results of run ${run?.id ?? ''} were removed from the cache`,
      ),
    });
  });

  it('is not made where whoever opens it would refuse its lists', async () => {
    const anna = await bench.withRun();
    const [run] = await anna.journal.list({ limit: 1 });
    const runId = run?.id ?? '';
    const message = 'x'.repeat(1 << 20);
    const logs = Array.from({ length: 65 }, (_, at) => ({
      ...({ type: 'step.log', node: 'files', level: 'info', message } as const),
      ...{ seq: 1000 + at, runId, at: 1 },
    }));
    await anna.journal.append(runId, logs);
    const packed = anna.packages.pack(file, { artifacts: true }, bench.archive);
    await expect(packed).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/events of run .* takes 68\d{6} bytes; the limit is 67108864/),
    });
    await anna.packages.pack(file, { data: true }, bench.archive);
  });

  it('says which results it brought, and takes them back where it was trusted', async () => {
    await bench.packed();
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'x');
    const brought = await ben.packages.results('corpus');
    expect(brought.map(({ node, nodeType }) => [node, nodeType]).sort()).toEqual([
      ['files', 'read'],
      ['pieces', 'split'],
    ]);
    await ben.packages.trust('corpus');
    // One of them is made here anew: it is no longer what came.
    const [own] = brought.filter(({ node }) => node === 'files');
    if (own !== undefined) await ben.actions.putMany([{ ...own, createdAt: own.createdAt + 1 }]);
    await ben.packages.remove('corpus');
    const keys = brought.map(({ key }) => key);
    expect([...(await ben.actions.getMany(keys)).keys()]).toEqual([own?.key]);
  });
});
