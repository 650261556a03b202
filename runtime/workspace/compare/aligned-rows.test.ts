import {
  Answers,
  Chunks,
  Hits,
  type Answer,
  type ArtifactRef,
  type PortType,
  type QuestionHits,
} from '@graft/graph';
import { ArtifactRows, writeArtifact } from '@graft/engine';
import { MemoryArtifactStore } from '@graft/store/testing';
import { describe, expect, it } from 'vitest';
import { AlignedRows, type RowFilter } from './aligned-rows.ts';

const answer = (id: string, text: string): Answer => ({
  id,
  question: { id, question: `Asked ${id}?`, reference: 'At noon' },
  text,
  citations: [],
  promptTokens: 1,
  completionTokens: 1,
  finishReason: 'stop',
});

const span = (path: string, start: number) => ({
  ...{ documentId: path, path, title: path, start, end: start + 10, firstLine: 1, lastLine: 1 },
});

const found = (id: string, starts: readonly number[]): QuestionHits => ({
  id,
  question: { id, question: `Asked ${id}?` },
  hits: starts.map((start, at) => ({
    ...{ rank: at + 1, score: 1, scores: {} },
    chunk: {
      id: `a:${String(start)}`,
      text: 'x'.repeat(5_000),
      headings: [],
      metadata: {},
      source: span('a', start),
    },
  })),
});

class Bench {
  readonly artifacts = new MemoryArtifactStore();
  readonly aligned = new AlignedRows({
    artifacts: this.artifacts,
    rows: new ArtifactRows(this.artifacts),
  });

  put(type: PortType, value: readonly unknown[]): Promise<ArtifactRef> {
    return writeArtifact(this.artifacts, { port: 'rows', type, value });
  }

  page(
    artifacts: readonly (ArtifactRef | null)[],
    filter: RowFilter,
    { offset, limit, signal }: { offset: number; limit: number; signal?: AbortSignal } = {
      ...{ offset: 0, limit: 50 },
    },
  ) {
    return this.aligned.page({ artifacts, filter, offset, limit }, signal);
  }
}

describe('rows beside each other', () => {
  it('belong together by their ids, whatever their order; what turned right or wrong is counted', async () => {
    const bench = new Bench();
    const before = await bench.put(Answers, [
      answer('a', 'At noon.'),
      answer('b', 'At dawn.'),
      answer('c', 'At dusk.'),
      answer('only before', 'At noon.'),
    ]);
    const after = await bench.put(Answers, [
      answer('c', 'At dusk.'),
      answer('b', 'It is at noon.'),
      answer('a', 'Never.'),
      answer('only after', 'At noon.'),
    ]);
    const all = await bench.page([before, after], 'all');
    expect(all.counts).toEqual({ all: 5, differing: 4, gained: 1, lost: 1 });
    expect(all.right).toEqual([
      { right: 2, of: 4 },
      { right: 2, of: 4 },
    ]);
    expect(all.rows.map(({ id, differs }) => [id, differs])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
      ['only before', true],
      ['only after', true],
    ]);
    expect(all.rows.at(-1)?.cells[0]).toBeNull();
    expect(all.rows[0]).toMatchObject({ heading: 'Asked a?', reference: 'At noon' });
    const [gained, ...none] = (await bench.page([before, after], 'gained')).rows;
    expect(none).toEqual([]);
    expect(gained?.cells).toMatchObject([
      { kind: 'text', text: 'At dawn.', answer: { verdict: 'wrong' } },
      { kind: 'text', text: 'It is at noon.', answer: { verdict: 'right' } },
    ]);
    const page = await bench.page([before, after], 'differing', { offset: 1, limit: 2 });
    expect(page.rows.map(({ id }) => id)).toEqual(['b', 'only before']);
  });

  it('of 20,000 items only those of the page are read again', async () => {
    const bench = new Bench();
    const many = (text: (at: number) => string) =>
      Array.from({ length: 20_000 }, (_, at) => answer(`q${String(at)}`, text(at)));
    const before = await bench.put(
      Answers,
      many(() => 'At noon.'),
    );
    const after = await bench.put(
      Answers,
      many((at) => (at % 1_000 === 999 ? `At ${String(at)}.` : 'At noon.')),
    );
    const { counts, rows } = await bench.page([before, after], 'lost', { offset: 10, limit: 5 });
    expect(counts).toMatchObject({ all: 20_000, differing: 20, lost: 20 });
    expect(rows.map(({ id }) => id)).toEqual(
      [10, 11, 12, 13, 14].map((at) => `q${String(at * 1_000 + 999)}`),
    );
    expect(rows[0]?.cells[1]).toMatchObject({ text: 'At 10999.' });
  });

  it('of one id belong together in their order', async () => {
    const bench = new Bench();
    const count = 30;
    const same = Array.from({ length: count }, (_, at) => answer('q', `At ${String(at)}.`));
    const before = await bench.put(Answers, same);
    const after = await bench.put(Answers, [...same.slice(0, -1), answer('q (2)', 'Never.')]);
    const { counts, rows } = await bench.page([before, after], 'differing');
    expect(counts).toMatchObject({ all: count + 1, differing: 2 });
    expect(rows.map(({ id }) => id)).toEqual([`q (${String(count)})`, 'q (2) (2)']);
  });

  it('let others have their turn, and end when nobody waits for them any more', async () => {
    const bench = new Bench();
    const many = Array.from({ length: 5_000 }, (_, at) => answer(`q${String(at)}`, 'At noon.'));
    const before = await bench.put(Answers, many);
    const after = await bench.put(Answers, [...many].reverse());
    const controller = new AbortController();
    const asked = bench.page([before, after], 'all', {
      ...{ offset: 0, limit: 5, signal: controller.signal },
    });
    const ended = expect(asked).rejects.toThrow('left');
    // It has its turn while the rows are read.
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('left'));
    await ended;
    expect((await bench.page([before, after], 'all')).counts.all).toBe(5_000);
  });

  it('compare hits by their places, in order, and shorten their passages', async () => {
    const bench = new Bench();
    const before = await bench.put(Hits, [found('a', [0, 10]), found('b', [0, 10])]);
    const after = await bench.put(Hits, [found('a', [10, 0]), found('b', [0, 10])]);
    const { counts, rows, right } = await bench.page([before, after], 'differing');
    expect(counts).toMatchObject({ all: 2, differing: 1 });
    expect(right).toBeUndefined();
    const [cell] = rows[0]?.cells ?? [];
    expect(cell?.kind === 'hits' && cell.hits.map(({ text }) => text.length)).toEqual([
      1_000, 1_000,
    ]);
  });

  it('a side that gave nothing has none of them', async () => {
    const bench = new Bench();
    const only = await bench.put(Answers, [answer('a', 'At noon.')]);
    const { rows, counts } = await bench.page([null, only, only], 'all');
    expect(counts.differing).toBe(1);
    expect(rows[0]?.cells[0]).toBeNull();
  });

  it('refuses outputs of several types, and says where one is gone', async () => {
    const bench = new Bench();
    const answers = await bench.put(Answers, [answer('a', 'At noon.')]);
    const chunks = await bench.put(Chunks, []);
    await expect(bench.page([answers, chunks], 'all')).rejects.toMatchObject({
      code: 'bad-input',
    });
    const other = await bench.put(Answers, [answer('b', 'At noon.')]);
    await bench.artifacts.delete(other.digest);
    await expect(bench.page([answers, other], 'all')).rejects.toMatchObject({
      code: 'missing-file',
    });
  });
});
