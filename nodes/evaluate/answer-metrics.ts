import {
  abstains,
  type Answer,
  answerVerdict,
  type Question,
  referencesOf,
  withoutCitations,
  type Citation,
} from '@graft/graph';
import type { MetricName } from './node.ts';
import { rougeL } from './rouge-l.ts';
import { contains, exactMatch, hasPhrase, squadF1 } from './squad.ts';

/** An answer with its question, ready to compare. */
export interface Compared {
  /** The answer without citations. */
  readonly text: string;
  readonly abstained: boolean;
  /** Verdict by the rule of the marks beside answers. */
  readonly right: boolean;
  /** Citations that count. */
  readonly citations: Answer['citations'];
  readonly question: Question;
  readonly answer: Answer;
}

/** What a metric needs of a question, in words. */
const reference = 'the field "reference"';
const documents = 'the field "documents"';

interface AnswerMetric {
  /** Absent: every answer has it. */
  readonly needs?: string;
  /**
   * Undefined: the question lacks what the metric needs, or the metric does not apply. Never depends on the answer's
   * text.
   */
  of(compared: Compared): number | undefined;
}

/** Applies to questions with a reference; the nearest of several counts. */
function againstReference(score: (answer: string, reference: string) => number): AnswerMetric {
  return {
    needs: reference,
    of: ({ text, question }) =>
      isAnswerable(question)
        ? Math.max(...referencesOf(question).map((reference) => score(text, reference)))
        : undefined,
  };
}

/** Applies to answerable questions that name their documents. */
function againstDocuments(
  score: (citations: Answer['citations'], documents: readonly string[]) => number,
): AnswerMetric {
  return {
    needs: documents,
    of: ({ citations, question }) =>
      question.answerable !== false && (question.documents?.length ?? 0) > 0
        ? score(citations, question.documents ?? [])
        : undefined,
  };
}

export const answerMetric: Readonly<Record<MetricName, AnswerMetric>> = {
  accuracy: {
    needs: reference,
    of: ({ right, question }) =>
      isAnswerable(question) || question.answerable === false ? Number(right) : undefined,
  },
  exactMatch: againstReference((answer, reference) => Number(exactMatch(answer, reference))),
  containment: againstReference((answer, reference) => Number(contains(answer, reference))),
  f1: againstReference(squadF1),
  rougeL: againstReference(rougeL),
  citationPrecision: againstDocuments(citationPrecision),
  citationRecall: againstDocuments(citationRecall),
  rightAbstention: {
    needs: 'the field "answerable", which says false',
    of: ({ right, question }) => (question.answerable === false ? Number(right) : undefined),
  },
  falseAbstention: {
    needs: reference,
    of: ({ abstained, question }) => (isAnswerable(question) ? Number(abstained) : undefined),
  },
  promptTokens: { of: ({ answer }) => answer.promptTokens },
  completionTokens: { of: ({ answer }) => answer.completionTokens },
};

function isAnswerable(question: Question): boolean {
  return question.answerable !== false && referencesOf(question).length > 0;
}

/**
 * Prepares an answer for comparison with its question; `abstentions` are phrases that count as one, beyond the known
 * ones.
 */
export function compared(
  answer: Answer,
  question: Question,
  options: { readonly abstentions: readonly string[]; readonly citations: 'all' | 'written' },
): Compared {
  const text = withoutCitations(answer.text);
  const abstained = abstains(text) || options.abstentions.some((phrase) => hasPhrase(text, phrase));
  return {
    ...{ text, abstained, question, answer },
    right:
      (question.answerable === false && abstained) ||
      answerVerdict({ text: answer.text, question }) === 'right',
    citations:
      options.citations === 'all'
        ? answer.citations
        : answer.citations.filter(({ by }) => by === 'written'),
  };
}

/** Share of the cited passages that are from one of the documents; 0 without citations. */
function citationPrecision(citations: readonly Citation[], documents: readonly string[]): number {
  const wanted = new Set(documents);
  const cited = new Map(citations.map(({ chunkId, source }) => [chunkId, source.path]));
  const right = [...cited.values()].filter((path) => wanted.has(path));
  return cited.size === 0 ? 0 : right.length / cited.size;
}

/** Share of the documents (one or more) with a cited passage. */
function citationRecall(citations: readonly Citation[], documents: readonly string[]): number {
  const wanted = new Set(documents);
  const cited = new Set(citations.map(({ source }) => source.path));
  return [...wanted].filter((path) => cited.has(path)).length / wanted.size;
}
