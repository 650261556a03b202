import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGraph, runEventSchema, serializeGraph } from '@graft/graph';
import { scratchFolder } from '@graft/worker/state-folders';
import { describe, expect, it } from 'vitest';
import { experimentFile, experimentGraph } from '../testing/experiment-graph.ts';
import { file, graphText, PackageBench } from '../testing/test-packages.ts';
import type { Workspace } from '../workspace.ts';
import { PackageArchive } from './package-archive.ts';

const bench = new PackageBench();

describe('a package that is made', () => {
  it('holds what the file as saved gave, not a run with settings of its own', async () => {
    const anna = await bench.withRun();
    const own = (await anna.packages.contents(file)).artifacts?.runId;
    const set = { set: { 'pieces.by': 'paragraph' } };
    const { finished, runId } = await anna.runs.start(parseGraph(graphText), file, {
      settings: set,
    });
    await finished;
    expect(runId).not.toBe(own);
    expect((await anna.packages.contents(file)).artifacts?.runId).toBe(own);
  });

  it('holds what an experiment computed, with a run of the file or without one', async () => {
    const anna = await bench.workspace('anna');
    const graph = experimentGraph({ vary: { 'double.factor': [1, 3] } }, { ms: 1 });
    await writeFile(join(anna.root, experimentFile), serializeGraph(graph));
    const run = async (workspace: Workspace): Promise<string[]> => {
      const { runId, finished } = await workspace.experiments.start(graph, experimentFile, {
        name: 'e',
      });
      expect((await finished).status).toBe('succeeded');
      const variants = await workspace.journal.list({ parent: runId, limit: 9 });
      const steps = await Promise.all(variants.map(({ id }) => workspace.journal.steps(id)));
      return steps.flat().map(({ status }) => status);
    };
    expect(await run(anna)).toContain('succeeded');
    const choice = { artifacts: true };
    expect((await anna.packages.contents(experimentFile)).artifacts).toMatchObject({
      experiments: ['e'],
      missing: [],
    });
    const { manifest } = await anna.packages.pack(experimentFile, choice, bench.archive);
    expect(manifest).toMatchObject({ graftPackage: 2 });
    const ben = await bench.workspace('ben');
    expect(await ben.packages.unpack(bench.archive, 'x')).toMatchObject({ results: 11, unread: 0 });
    expect(await ben.journal.list({ limit: 1 })).toEqual([]);
    expect(new Set(await run(ben))).toEqual(new Set(['cached']));

    await (
      await anna.runs.start(graph, experimentFile)
    ).finished;
    const both = await anna.packages.pack(experimentFile, choice, bench.archive);
    expect(both.manifest).toMatchObject({ graftPackage: 1 });
    const cleo = await bench.workspace('cleo');
    await cleo.packages.unpack(bench.archive, 'x');
    expect(await cleo.journal.list({ limit: 9 })).toHaveLength(1);
    expect(new Set(await run(cleo))).toEqual(new Set(['cached']));

    const { experiments: _, ...without } = graph;
    await writeFile(join(anna.root, experimentFile), serializeGraph(without));
    const contents = (await anna.packages.contents(experimentFile)).artifacts;
    expect(contents?.experiments).toEqual([]);
    const alone = await anna.packages.pack(experimentFile, choice, bench.archive);
    expect(alone.manifest.results?.artifacts).toHaveLength(contents?.count ?? 0);
  });

  it('holds nothing of checkpoints, which earlier versions do not know', async () => {
    const anna = await bench.withRun();
    const [{ id: runId } = { id: '' }] = await anna.journal.list({ file, limit: 1 });
    const seq = (await anna.journal.events(runId, 0, 1000)).length + 1;
    const event = { type: 'step.checkpoint', node: 'pieces', seq, runId, at: 0 } as const;
    await anna.journal.append(runId, [{ ...event, checkpoint: { state: 'saved', step: 20 } }]);
    await anna.packages.pack(file, { data: true, artifacts: true }, bench.archive);
    await using archive = await PackageArchive.open(bench.archive, 'x');
    const events = await archive.lines(archive.manifest.results?.events ?? '');
    expect(events.map((line) => runEventSchema.parse(JSON.parse(line)).type)).toEqual(
      (await anna.journal.events(runId, 0, seq - 1)).map(({ type }) => type),
    );
  });

  it('holds a graph file once that its graph also reads as data', async () => {
    const anna = await bench.workspace('anna');
    const graph = JSON.parse(graphText);
    graph.nodes.files.params = { files: ['*.txt', '*.graft.json'] };
    await writeFile(join(anna.root, file), JSON.stringify(graph));
    await writeFile(join(anna.root, 'a.txt'), '');
    await anna.packages.pack(file, { data: true }, bench.archive);
    const ben = await bench.workspace('ben');
    const report = await ben.packages.unpack(bench.archive, 'x');
    expect(report.written).toEqual([file, 'a.txt']);
  });

  it('as a stream leaves nothing behind, read or not', async () => {
    const anna = await bench.withRun();
    const scratch = scratchFolder(join(anna.root, '.graft'));
    const left = (): Promise<string[]> => readdir(scratch).catch(() => []);
    const before = await left();
    const whole = await anna.packages.packStream(file, { data: true });
    let size = 0;
    for await (const chunk of whole.body) size += chunk.byteLength;
    expect(size).toBe(whole.size);
    const { body } = await anna.packages.packStream(file, { data: true });
    body.destroy();
    await expect.poll(left).toEqual(before);
  });

  it.skipIf(process.platform !== 'linux')(
    'is not made of names that some systems hold for one',
    async () => {
      const anna = await bench.workspace('anna');
      await writeFile(join(anna.root, file), graphText);
      await writeFile(join(anna.root, 'a.txt'), 'One.');
      await writeFile(join(anna.root, 'A.txt'), 'Two.');
      await expect(anna.packages.pack(file, { data: true }, bench.archive)).rejects.toMatchObject({
        code: 'bad-name',
        message: expect.stringContaining('"a.txt"'),
      });
    },
  );
});
