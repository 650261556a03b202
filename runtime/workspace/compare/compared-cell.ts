import { createHash } from 'node:crypto';
import {
  Answers,
  answerSchema,
  answerVerdict,
  Hits,
  questionHitsSchema,
  rowText,
  type AnswerVerdict,
  type Citation,
  type HitScores,
  type PortType,
  type Question,
  type Span,
} from '@graft/graph';
import { z } from 'zod';

/** Characters of a text that are compared on a page; and of a passage that a hit is of. */
const longestText = 20_000;
const longestPassage = 1_000;
/** Hits of a question that are compared on a page. */
const mostHits = 100;

/** A hit beside those that others have of its question. */
interface ComparedHit {
  /** Of the place that it is of: equal places of several lists are the same hit. */
  readonly place: string;
  readonly rank: number;
  readonly score: number;
  readonly scores: HitScores;
  readonly source: Span;
  readonly text: string;
}

/** A row of one side, as it is compared. */
export type ComparedCell =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Whether more of it was left out. */
      readonly cut: boolean;
      /** Of an answer: how it compares with its reference, what it cites, and what it took. */
      readonly answer?: {
        readonly verdict: AnswerVerdict;
        readonly citations: readonly Citation[];
        readonly tokens: number;
        readonly cutOff: boolean;
      };
    }
  | { readonly kind: 'hits'; readonly hits: readonly ComparedHit[]; readonly more: number };

/** What stands above the cells of a row: what is asked, or else what the row is called. */
export interface ComparedHead {
  readonly heading: string;
  readonly reference?: string;
}

/** What of a row says whether another is the same; two of equal marks are shown as equal. */
export interface RowMark {
  readonly id: string | undefined;
  readonly mark: string;
  readonly verdict?: AnswerVerdict;
}

const idSchema = z.looseObject({ id: z.string() });

const placeOf = ({ documentId, start, end }: Span): string =>
  `${documentId}:${String(start)}-${String(end)}`;

/** Sixteen characters of a digest: that two of 10⁶ texts have the same is as good as impossible. */
const short = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** Reads of a row what it is compared by: an answer by its words, hits by their places in order, all else as it is read. */
export function markOf(type: PortType, row: unknown): RowMark {
  const id = idSchema.safeParse(row).data?.id;
  switch (type.id) {
    case Answers.id: {
      const answer = answerSchema.parse(row);
      return { id, mark: short(answer.text), verdict: answerVerdict(answer) };
    }
    case Hits.id: {
      const { hits } = questionHitsSchema.parse(row);
      return { id, mark: short(hits.map(({ chunk }) => placeOf(chunk.source)).join('\n')) };
    }
    default: {
      const { heading, body } = rowText(row);
      return { id, mark: short(`${heading}\n${body}`) };
    }
  }
}

/** A row as a page compares it. */
export function cellOf(
  type: PortType,
  row: unknown,
): { readonly head: ComparedHead; readonly cell: ComparedCell } {
  switch (type.id) {
    case Answers.id: {
      const answer = answerSchema.parse(row);
      const { citations, completionTokens: tokens, finishReason } = answer;
      const cutOff = finishReason === 'length';
      const verdict = answerVerdict(answer);
      return {
        head: headOf(answer.question),
        cell: { ...cutText(answer.text), answer: { verdict, citations, tokens, cutOff } },
      };
    }
    case Hits.id: {
      const { question, hits } = questionHitsSchema.parse(row);
      const shown = hits.slice(0, mostHits).map(({ rank, score, scores, chunk }): ComparedHit => ({
        ...{ place: placeOf(chunk.source), rank, score, scores, source: chunk.source },
        text: chunk.text.slice(0, longestPassage),
      }));
      const more = hits.length - shown.length;
      return { head: headOf(question), cell: { kind: 'hits', hits: shown, more } };
    }
    default: {
      const { heading, body } = rowText(row);
      return { head: { heading: heading.slice(0, longestPassage) }, cell: cutText(body) };
    }
  }
}

function headOf({ question, reference }: Question): ComparedHead {
  return { heading: question, ...(reference === undefined ? {} : { reference }) };
}

const cutText = (text: string): Extract<ComparedCell, { kind: 'text' }> => ({
  kind: 'text',
  text: text.slice(0, longestText),
  cut: text.length > longestText,
});
