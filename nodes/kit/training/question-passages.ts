import type { Chunk, Question } from '@graft/graph';
import { Bm25 } from '../text/bm25.ts';

/** A question with the passage that answers it and similar passages that do not. */
export interface QuestionPassages {
  readonly question: Question;
  readonly passage: Chunk;
  /** Best first. */
  readonly negatives: readonly Chunk[];
}

/** The pairs, and the questions without one. */
export interface PairedQuestions {
  readonly pairs: readonly QuestionPassages[];
  /** Questions that name no document. */
  readonly unnamed: readonly Question[];
  /** Questions whose documents have no chunk. */
  readonly lost: readonly Question[];
}

/**
 * Pairs each question with the chunk of its documents that shares most words with it and its reference, preferring
 * chunks that contain the reference. Mines `negatives`: chunks of other documents that BM25 ranks highest and that do
 * not contain the reference. Omits questions without an answer.
 */
export function pairQuestions(
  questions: readonly Question[],
  chunks: readonly Chunk[],
  negatives: number,
): PairedQuestions {
  const index = new Bm25(chunks.map(({ text }) => text));
  const places = new Map<string, number[]>();
  for (const [place, { source }] of chunks.entries()) {
    const of = places.get(source.path) ?? [];
    of.push(place);
    places.set(source.path, of);
  }
  const [pairs, unnamed, lost]: [QuestionPassages[], Question[], Question[]] = [[], [], []];
  for (const question of questions) {
    if (question.answerable === false) continue;
    const { documents = [], reference = '' } = question;
    const own = documents.flatMap((path) => places.get(path) ?? []);
    const scores = index.scores(`${question.question} ${reference}`);
    const holds = holderOf(reference);
    const best = own.reduce<{ place: number; score: number } | undefined>((most, place) => {
      const chunk = chunks[place];
      const score = (scores.get(place) ?? 0) + (chunk !== undefined && holds(chunk) ? 1e6 : 0);
      return most === undefined || score > most.score ? { place, score } : most;
    }, undefined);
    const passage = best && chunks[best.place];
    if (passage === undefined) {
      (documents.length === 0 ? unnamed : lost).push(question);
      continue;
    }
    const mined: Chunk[] = [];
    for (const place of negatives === 0 ? [] : index.ranked(question.question)) {
      const chunk = chunks[place];
      if (chunk === undefined || documents.includes(chunk.source.path)) continue;
      if (chunk.text === passage.text || holds(chunk)) continue;
      if (mined.push(chunk) === negatives) break;
    }
    pairs.push({ question, passage, negatives: mined });
  }
  return { pairs, unnamed, lost };
}

/** Whether a chunk contains the words of a reference, with anything between them; never for an empty one. */
export function holderOf(reference: string): (chunk: Chunk) => boolean {
  const plain = (text: string): string =>
    ` ${text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `;
  const wanted = plain(reference);
  return ({ text }) => wanted.trim() !== '' && plain(text).includes(wanted);
}
