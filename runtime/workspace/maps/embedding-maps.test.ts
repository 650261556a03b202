import { writeArtifact } from '@graft/engine';
import {
  Chunks,
  Embeddings,
  GraphError,
  Hits,
  type ArtifactRef,
  type HitScores,
} from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { describe, expect, it } from 'vitest';
import { EmbeddingMaps } from './embedding-maps.ts';
import { principalPlane } from './principal-plane.ts';

function planeOf(vectors: readonly (readonly number[])[]): number[] {
  const drawing = principalPlane(vectors.map((vector) => Float32Array.from(vector)));
  for (;;) {
    const { done, value } = drawing.next();
    if (done === true) return [...value];
  }
}

const store = new MemoryArtifactStore();
const row = (at: number, vector: readonly number[]) => ({
  ...{ id: `c${String(at)}`, text: `Chunk ${String(at)}`, headings: [], metadata: {} },
  source: {
    ...{ documentId: 'd', path: at % 3 === 0 ? 'b.md' : 'a.md', title: 'd', start: 0, end: 1 },
    ...{ firstLine: 1, lastLine: 1 },
  },
  vector: Float32Array.from(vector),
});
const written = (count: number): Promise<ArtifactRef> =>
  writeArtifact(store, {
    ...{ port: 'embeddings', type: Embeddings },
    value: Array.from({ length: count }, (_, at) => row(at, [at, at % 2 === 0 ? 1 : -1, 0])),
  });

describe('the plane of two principal components', () => {
  it('has the axis along which vectors differ most, then the next, each from -1 to 1', () => {
    // Far apart along the third axis, a little along the first, and not at all along the second.
    const places = planeOf([
      [1, 5, -30],
      [-1, 5, -30],
      [1, 5, 30],
      [-1, 5, 30],
    ]);
    const [x, y] = [0, 1].map((side) => places.filter((_, at) => at % 2 === side));
    expect(x?.map(Math.abs)).toEqual([1, 1, 1, 1].map((one) => expect.closeTo(one, 5)));
    expect(Math.sign(x?.[0] ?? 0)).toBe(-Math.sign(x?.[2] ?? 0));
    expect(Math.sign(y?.[0] ?? 0)).toBe(-Math.sign(y?.[1] ?? 0));
    expect(y?.map(Math.abs)).toEqual([1, 1, 1, 1].map((one) => expect.closeTo(one, 5)));
  });

  it('has axes at right angles, however little vectors differ along the second', () => {
    const count = 60;
    const places = planeOf(
      Array.from({ length: count }, (_, at) => {
        const [far, near] = [at - 29.5, ((at * 7) % 5) - 2];
        return [0.6 * far - 0.8 * near, 0.8 * far + 0.6 * near, 0.1 * far];
      }),
    );
    const sum = (of: (x: number, y: number) => number): number =>
      Array.from({ length: count }, (_, at) =>
        of(places[2 * at] ?? 0, places[2 * at + 1] ?? 0),
      ).reduce((all, one) => all + one, 0);
    const together = sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
    expect(together).toBeCloseTo(0, 4);
  });

  it('is drawn of vectors that are all the same, and of none', () => {
    expect(
      planeOf([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([0, 0, 0, 0, 0, 0]);
    expect(planeOf([])).toEqual([]);
  });
});

describe('a map of embeddings', () => {
  it('has every row, with its document', async () => {
    const { rows, places, documents, documentOf, total } = await new EmbeddingMaps(store).of(
      await written(7),
    );
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(places).toHaveLength(14);
    // The first component is the number of the row, whichever way round.
    const turn = Math.sign(places[12] ?? 0);
    expect(places.filter((_, at) => at % 2 === 0).map((x) => turn * x)).toEqual(
      [-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1].map((x) => expect.closeTo(x, 1)),
    );
    expect(documents).toEqual(['a.md', 'b.md']);
    expect(documentOf).toEqual([1, 0, 0, 1, 0, 0, 1]);
    expect(total).toBe(7);
  });

  it('reads its artifact once for the map, its vectors and its questions', async () => {
    const counted = new MemoryArtifactStore();
    const value = Array.from({ length: 5 }, (_, at) => row(at, [at, 1, 0]));
    const ref = await writeArtifact(counted, { port: 'embeddings', type: Embeddings, value });
    const hits = await writeArtifact(counted, { port: 'hits', type: Hits, value: [] });
    const read: string[] = [];
    const get = counted.get.bind(counted);
    counted.get = (digest) => {
      read.push(digest);
      return get(digest);
    };
    const maps = new EmbeddingMaps(counted);
    await Promise.all([maps.of(ref), maps.vectors(ref), maps.questions(ref, hits)]);
    expect(read.filter((digest) => digest === ref.digest)).toHaveLength(1);
  });

  it('has of very many rows such as stand as far apart', async () => {
    const { rows, total } = await new EmbeddingMaps(store, 4).of(await written(11));
    expect(rows).toEqual([0, 3, 6, 9]);
    expect(total).toBe(11);
  });

  it('has the vectors of its rows, each to its own scale', async () => {
    const maps = new EmbeddingMaps(store, 4);
    const { dimension, values } = await maps.vectors(await written(11));
    expect(dimension).toBe(3);
    expect([...new Int8Array(Buffer.from(values, 'base64'))]).toEqual(
      // Of the rows 0, 3, 6 and 9.
      [0, 127, 0, 127, -42, 0, 127, 21, 0, 127, -14, 0],
    );
  });

  describe('with questions', () => {
    const found = (
      question: string,
      hits: readonly (readonly [at: number, scores: HitScores])[],
    ) => ({
      ...{ id: question, question: { id: question, question } },
      hits: hits.map(([at, scores], place) => {
        const { vector: _vector, ...chunk } = row(at, []);
        return { rank: place + 1, score: 1, scores, chunk };
      }),
    });
    const hitsOf = (...value: readonly ReturnType<typeof found>[]): Promise<ArtifactRef> =>
      writeArtifact(store, { port: 'hits', type: Hits, value });

    it('places each by the chunks that are nearest of what was found for it', async () => {
      const hits = await hitsOf(
        found('by meaning', [
          [5, { dense: 0.1, rrf: 9 }],
          [2, { dense: 0.6 }],
          [4, { dense: 0.2 }],
          [1, { dense: 0.2 }],
        ]),
        found('by words', [
          [3, { bm25: 7 }],
          [0, { bm25: 5 }],
        ]),
        found('of another index', [[99, { dense: 0.9 }]]),
        found('nothing', []),
      );
      expect(await new EmbeddingMaps(store).questions(await written(7), hits)).toEqual([
        {
          question: 'by meaning',
          near: [
            { point: 2, weight: 0.6 },
            { point: 4, weight: 0.2 },
            { point: 1, weight: 0.2 },
          ],
        },
        {
          question: 'by words',
          near: [
            { point: 3, weight: 0.6667 },
            { point: 0, weight: 0.3333 },
          ],
        },
      ]);
    });

    it('goes by what is on the map where that is a part of the rows', async () => {
      const hits = await hitsOf(
        found('q', [
          [1, { dense: 0.9 }],
          [6, { dense: 0.5 }],
        ]),
      );
      // Of the rows 0, 3, 6 and 9.
      expect(await new EmbeddingMaps(store, 4).questions(await written(11), hits)).toEqual([
        { question: 'q', near: [{ point: 2, weight: 1 }] },
      ]);
    });

    it('takes hits only', async () => {
      const ref = await written(3);
      await expect(new EmbeddingMaps(store).questions(ref, ref)).rejects.toThrow(/with hits/);
    });
  });

  it('is of embeddings only', async () => {
    const { vector: _vector, ...chunk } = row(0, []);
    const ref = await writeArtifact(store, { port: 'chunks', type: Chunks, value: [chunk] });
    await expect(new EmbeddingMaps(store).of(ref)).rejects.toThrow(GraphError);
  });
});
