import { createHash } from 'node:crypto';
import { type Hit, type QuestionHits, referencesOf, searchedText } from '@graft/graph';
import { holderOf } from '../kit/training/question-passages.ts';

/** A question with passages: the relevant one first, then hits of other documents. */
export interface RankedList {
  readonly question: string;
  /** Sorted paths of the documents that contain the answer. */
  readonly documents: readonly string[];
  readonly passages: readonly string[];
}

export interface Mined {
  readonly lists: readonly RankedList[];
  /** Questions that name no document. */
  readonly unnamed: number;
  /** Questions without a relevant document among the hits. */
  readonly missed: number;
  /** Questions without a usable hit of another document. */
  readonly alone: number;
}

/**
 * Makes lists from hits: the best of a relevant document, and `negatives` others, or all if they are fewer. The choice
 * depends only on the question, the passage and the seed. A passage with the same text as the relevant one is not a
 * negative, nor is one that contains a right answer to the question.
 */
export async function mineLists(
  rows: AsyncIterable<QuestionHits>,
  { negatives, seed }: { readonly negatives: number; readonly seed: number },
): Promise<Mined> {
  const lists: RankedList[] = [];
  let [unnamed, missed, alone] = [0, 0, 0];
  for await (const { question, hits } of rows) {
    const documents = [...(question.documents ?? [])].sort();
    if (documents.length === 0 || question.answerable === false) {
      unnamed += 1;
      continue;
    }
    const isWanted = ({ chunk }: Hit): boolean => documents.includes(chunk.source.path);
    const wanted = hits.find(isWanted);
    if (wanted === undefined) {
      missed += 1;
      continue;
    }
    const own = searchedText(wanted.chunk);
    const holders = referencesOf(question).map(holderOf);
    const answers = (chunk: Hit['chunk']): boolean => holders.some((holds) => holds(chunk));
    const others = new Set(
      hits
        .filter((hit) => !isWanted(hit) && !answers(hit.chunk))
        .map(({ chunk }) => searchedText(chunk)),
    );
    others.delete(own);
    const drawn = [...others]
      .map((text) => ({ text, key: keyOf([seed, question.question, text]) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, negatives);
    if (drawn.length === 0) {
      alone += 1;
      continue;
    }
    const passages = [own, ...drawn.map(({ text }) => text)];
    lists.push({ question: question.question, documents, passages });
  }
  return { lists, unnamed, missed, alone };
}

function keyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
