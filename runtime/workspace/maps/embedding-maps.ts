import { setImmediate } from 'node:timers/promises';
import { inTurns, readRows } from '@graft/engine';
import {
  embeddedChunkSchema,
  Embeddings,
  GraphError,
  type ArtifactRef,
  type ArtifactStore,
  type EmbeddingMap,
  type EmbeddingVectors,
  Hits,
  type MapQuestion,
  type QuestionHits,
  questionHitsSchema,
} from '@graft/graph';
import { PromiseCache } from '../runs/promise-cache.ts';
import { principalPlane } from './principal-plane.ts';

/** Rows on a map at most; maps that are kept, and the bytes of all of them: artifacts never change. */
const mostRows = 20_000;
const kept = 8;
const mostBytes = 100_000_000;
/** Questions on a map at most, and the hits of a question that say where it stands. */
const mostQuestions = 2_000;
const nearest = 3;
/** A place is written with so many digits: a map is some thousand pixels wide at most. */
const digits = 4;

/** All that is told of an artifact, from one reading of it. */
interface Drawn {
  readonly map: EmbeddingMap;
  readonly vectors: EmbeddingVectors;
  /** Of the rows on the map, by the ids of their chunks. */
  readonly points: ReadonlyMap<string, number>;
}

/** Maps of vectors, each artifact's computed once. */
export class EmbeddingMaps {
  readonly #artifacts: ArtifactStore;
  readonly #most: number;
  readonly #known = new PromiseCache<Drawn>(kept, { bytesOf, most: mostBytes });
  readonly #asked = new PromiseCache<readonly MapQuestion[]>(kept);

  constructor(artifacts: ArtifactStore, most = mostRows) {
    this.#artifacts = artifacts;
    this.#most = most;
  }

  /** Throws `bad-input` for what holds no embeddings, `missing-file` where it is gone. */
  async of(ref: ArtifactRef): Promise<EmbeddingMap> {
    return (await this.#drawn(ref)).map;
  }

  /** The vectors of the rows that are on the map, in their order. Throws as `of` does. */
  async vectors(ref: ArtifactRef): Promise<EmbeddingVectors> {
    return (await this.#drawn(ref)).vectors;
  }

  /** The questions that hits were found for, and what of the map is nearest to each; those that nothing of it was found for are left out. Throws as `of` does. */
  questions(ref: ArtifactRef, hits: ArtifactRef): Promise<readonly MapQuestion[]> {
    return this.#asked.get(`${ref.digest} ${hits.digest}`, () => this.#place(ref, hits));
  }

  async #place(ref: ArtifactRef, hits: ArtifactRef): Promise<readonly MapQuestion[]> {
    if (hits.mediaType !== Hits.mediaType) {
      throw new GraphError('bad-input', 'The map can show only questions with hits.');
    }
    const { points } = await this.#drawn(ref);
    const questions: MapQuestion[] = [];
    for await (const read of inTurns(readRows(this.#artifacts, hits, Hits))) {
      if (questions.length === mostQuestions) break;
      const row = questionHitsSchema.parse(read);
      const near = nearestPoints(row, points);
      if (near.length > 0) questions.push({ question: row.question.question, near });
    }
    return questions;
  }

  async #read(ref: ArtifactRef) {
    if (ref.mediaType !== Embeddings.mediaType) {
      throw new GraphError('bad-input', 'The map can show only embeddings.');
    }
    // Of very many every other, or every third.
    const step = Math.max(1, Math.ceil((ref.count ?? 0) / this.#most));
    const rows: number[] = [];
    const vectors: Float32Array[] = [];
    const names: string[] = [];
    const ids: string[] = [];
    let total = 0;
    for await (const read of inTurns(readRows(this.#artifacts, ref, Embeddings))) {
      if (total % step === 0 && rows.length < this.#most) {
        const { id, vector, source } = embeddedChunkSchema.parse(read);
        rows.push(total);
        vectors.push(vector);
        names.push(source.path);
        ids.push(id);
      }
      total += 1;
    }
    return { rows, vectors, names, ids, total };
  }

  #drawn(ref: ArtifactRef): Promise<Drawn> {
    return this.#known.get(ref.digest, () => this.#draw(ref));
  }

  async #draw(ref: ArtifactRef): Promise<Drawn> {
    const { rows, vectors, names, ids, total } = await this.#read(ref);
    // Before the drawing takes them.
    const directions = inBytes(vectors);
    const drawing = principalPlane(vectors);
    let drawn = drawing.next();
    while (drawn.done !== true) {
      await setImmediate();
      drawn = drawing.next();
    }
    const documents = byCount(names);
    const numbers = new Map(documents.map((name, at) => [name, at]));
    const map = {
      ...{ rows, documents, total },
      places: Array.from(drawn.value, (place) => Number(place.toFixed(digits))),
      documentOf: names.map((name) => numbers.get(name) ?? 0),
    };
    const points = new Map(ids.map((id, point) => [id, point]));
    return { map, vectors: directions, points };
  }
}

/** Each vector to its own scale. */
function inBytes(vectors: readonly Float32Array[]): EmbeddingVectors {
  const dimension = vectors[0]?.length ?? 0;
  const values = new Int8Array(vectors.length * dimension);
  for (const [at, vector] of vectors.entries()) {
    const most = vector.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), 0) || 1;
    values.set(
      Array.from(vector, (value) => Math.round((127 * value) / most)),
      at * dimension,
    );
  }
  return { dimension, values: Buffer.from(values.buffer).toString('base64') };
}

/** About as much as it takes in memory: numbers of 8 bytes, and an entry of a map for each row. */
function bytesOf({ map, vectors, points }: Drawn): number {
  const numbers = map.rows.length + map.places.length + map.documentOf.length;
  return vectors.values.length + 8 * numbers + 100 * points.size;
}

/** The hits that are on the map and nearest by meaning; where only words were searched for, the first. */
function nearestPoints(
  { hits }: QuestionHits,
  points: ReadonlyMap<string, number>,
): MapQuestion['near'] {
  const found = hits
    .flatMap(({ chunk, rank, scores }) => {
      const point = points.get(chunk.id);
      const weight = scores.dense ?? 1 / rank;
      return point === undefined || weight <= 0 ? [] : [{ point, weight }];
    })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, nearest);
  const sum = found.reduce((all, { weight }) => all + weight, 0);
  return found.map(({ point, weight }) => ({
    point,
    weight: Number((weight / sum).toFixed(digits)),
  }));
}

/** Each name once, the most frequent first. */
function byCount(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}
