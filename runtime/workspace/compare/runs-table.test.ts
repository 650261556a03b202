import { writeArtifact } from '@graft/engine';
import { Metrics, type ArtifactRef, type MetricRow, type StepSummary } from '@graft/graph';
import { MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { runsTable } from './runs-table.ts';

const row = (item: number, values: MetricRow['values']): MetricRow => ({
  ...{ series: 'answers', item: `q${String(item)}`, values },
});

class Bench {
  readonly artifacts = new MemoryArtifactStore();
  readonly runs = new MemoryRunStore();
  readonly registry = new Map();

  metrics(of: (item: number) => MetricRow['values'], items = 30): Promise<ArtifactRef> {
    const value = Array.from({ length: items }, (_, at) => row(at, of(at)));
    return writeArtifact(this.artifacts, { port: 'metrics', type: Metrics, value });
  }

  async run(id: string, outputs: Readonly<Record<string, ArtifactRef>>): Promise<void> {
    await this.runs.create({
      ...{ id, file: 'a.graft.json', status: 'running', startedAt: 1, owner: '' },
    });
    const steps = Object.entries(outputs).map(([node, ref]): StepSummary => ({
      ...{ node, type: 'score', status: 'succeeded', ms: 5, outputs: { metrics: ref } },
    }));
    await this.runs.append(
      id,
      steps.map((step, at) => ({ type: 'step.finished', seq: at + 1, runId: id, at: 1, step })),
    );
    await this.runs.finish(id, { status: 'succeeded', finishedAt: 9 });
  }
}

it('compares runs item by item by the metrics that are known, those that all have first', async () => {
  const bench = new Bench();
  const worse = await bench.metrics((at) => ({ 'recall@1': 1, own: at, accuracy: at % 2 }));
  const better = await bench.metrics(() => ({ accuracy: 1 }));
  await bench.run('one', { score: worse });
  await bench.run('two', { score: better });
  const table = await runsTable(bench, [{ run: 'one' }, { run: 'two' }]);
  expect(table?.metrics.map(({ name }) => name)).toEqual(['accuracy', 'recall@1']);
  expect(table?.baseline).toBe('A');
  expect(table?.rows[1]?.cells[0]?.difference).toMatchObject({
    ...{ mean: 0.5, n: 30, wins: 15, ties: 15, losses: 0, verdict: 'better' },
  });
  // What only one has is no difference.
  expect(table?.rows[1]?.cells[1]).toMatchObject({ mean: null, failures: 30 });
});

it('compares two nodes of a run with each other', async () => {
  const bench = new Bench();
  await bench.run('one', {
    left: await bench.metrics(() => ({ accuracy: 1 })),
    right: await bench.metrics((at) => ({ accuracy: at < 12 ? 0 : 1 })),
  });
  const table = await runsTable(bench, [
    { run: 'one', node: 'left' },
    { run: 'one', node: 'right' },
  ]);
  expect(table?.rows.map(({ cells }) => cells[0]?.mean)).toEqual([1, 0.6]);
  expect(table?.rows[1]?.cells[0]?.difference?.verdict).toBe('worse');
});

it('has none where no item has a metric, or all are gone, and refuses a run that is not there', async () => {
  const bench = new Bench();
  const gone = await bench.metrics(() => ({ accuracy: 1 }));
  await bench.run('one', { score: gone });
  await bench.artifacts.delete(gone.digest);
  expect(await runsTable(bench, [{ run: 'one' }, { run: 'one' }])).toBeUndefined();
  await expect(runsTable(bench, [{ run: 'one' }, { run: 'none' }])).rejects.toThrow(
    'The run none no longer exists.',
  );
});
