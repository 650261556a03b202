import { describe, expect, it } from 'vitest';
import type { Hit, Prompt, Question, QuestionHits } from '../rows/port-types.ts';
import {
  hitsRow,
  promptRow,
  traceAnswer,
  tracePart,
  type AnswerTrace,
  type StationKind,
  type StationLinks,
} from './answer-trace.ts';

const kiln: Question = {
  id: 'q',
  question: 'When is the kiln lit?',
  reference: 'At 05:40.',
  documents: ['kiln.md'],
};
/** A passage: its document, with a mark where it has the words of the reference. */
type PassageName = string;

const textOf = (passage: PassageName): string =>
  passage.endsWith('*') ? 'It is lit at 05:40 each day.' : 'The kiln is old.';
const spanOf = (passage: PassageName) => {
  const path = passage.replace('*', '');
  return { documentId: path, path, title: path, start: 0, end: 1, firstLine: 1, lastLine: 1 };
};

function hits(question: Question, ...passages: PassageName[]): QuestionHits {
  return {
    ...{ id: question.id, question },
    hits: passages.map((passage, at): Hit => ({
      ...{ rank: at + 1, score: 1 / (at + 1), scores: {} },
      chunk: {
        ...{ id: `${passage}:${String(at)}`, text: textOf(passage), headings: [] },
        ...{ source: spanOf(passage), metadata: {} },
      },
    })),
  };
}

function prompt(question: Question, passages: readonly PassageName[], dropped = 0): Prompt {
  let text = '';
  const shown = passages.map((passage, at) => {
    const start = text.length;
    text += textOf(passage);
    const place = { start, end: text.length, score: 1, source: spanOf(passage) };
    return { number: at + 1, chunkId: `${passage}:${String(at)}`, ...place };
  });
  return { id: question.id, question, text, passages: shown, tokens: 9, dropped };
}

interface Listed {
  readonly kind: StationKind;
  readonly from: readonly number[];
  readonly row?: QuestionHits | Prompt;
}

const list = (row: QuestionHits | undefined, ...from: number[]): Listed => ({
  ...{ kind: 'hits', from },
  ...(row === undefined ? {} : { row }),
});
const asked = (row: Prompt | undefined, ...from: number[]): Listed => ({
  ...{ kind: 'prompts', from },
  ...(row === undefined ? {} : { row }),
});

interface Options {
  readonly text?: string;
  readonly question?: Question;
  readonly held?: readonly boolean[];
}

/** Follows an answer through stations; it comes from the last of them. */
function trace(
  stations: readonly Listed[],
  { text = 'At noon.', question = kiln, held }: Options = {},
): AnswerTrace {
  const links: StationLinks[] = [...stations, { kind: 'answers', from: [stations.length - 1] }];
  return traceAnswer(
    { answer: { text, question }, ...(held === undefined ? {} : { held }) },
    links,
    (at) => {
      if (at === stations.length) return { row: 0, first: [], holding: [] };
      const row = stations[at]?.row;
      if (row === undefined) return undefined;
      return 'hits' in row ? hitsRow(0, row, question) : promptRow(0, row, question);
    },
  );
}

/** One retrieval and one prompt. */
const plain = (found: readonly PassageName[], shown: readonly PassageName[], dropped = 0) => [
  list(hits(kiln, ...found)),
  asked(prompt(kiln, shown, dropped), 0),
];

describe('where a wrong answer was lost', () => {
  it('is the model, if the passage was in the prompt', () => {
    const { verdict, lost, stops } = trace(plain(['a', 'b', 'kiln.md*'], ['a', 'b', 'kiln.md*']));
    expect(verdict).toBe('model');
    expect(lost).toBeUndefined();
    expect(stops.map(({ station, places }) => [station, places])).toEqual([
      [0, [3]],
      [1, [3]],
      [2, [0]],
    ]);
  });

  it('is retrieval, if no list has the passage', () => {
    expect(trace(plain(['a', 'b'], ['a', 'b']))).toMatchObject({
      ...{ verdict: 'not-found', lost: { station: 0 } },
    });
    expect(trace(plain([], []))).toMatchObject({ verdict: 'not-found' });
  });

  it('is the top of the prompt, or its token budget', () => {
    expect(trace(plain(['a', 'b', 'kiln.md*'], ['a', 'b']))).toMatchObject({
      ...{ verdict: 'cut-by-top', lost: { station: 1 } },
    });
    expect(trace(plain(['a', 'kiln.md*', 'b'], ['a', 'b'], 1))).toMatchObject({
      ...{ verdict: 'cut-by-budget', lost: { station: 1 } },
    });
    expect(trace(plain(['kiln.md*'], []))).toMatchObject({ verdict: 'cut-by-top' });
  });

  it('is the node that dropped a found passage: a reranker, or a fusion of lists', () => {
    const reranked = [
      list(hits(kiln, 'a', 'kiln.md*')),
      list(hits(kiln, 'a'), 0),
      list(hits(kiln, 'a'), 1),
      asked(prompt(kiln, ['a']), 2),
    ];
    expect(trace(reranked)).toMatchObject({ verdict: 'dropped', lost: { station: 1 } });
    const fused = [
      list(hits(kiln, 'a')),
      list(hits(kiln, 'kiln.md*')),
      list(hits(kiln, 'a'), 0, 1),
      asked(prompt(kiln, ['a']), 2),
    ];
    expect(trace(fused)).toMatchObject({ verdict: 'dropped', lost: { station: 2 } });
  });

  it('is no list whose loss another one makes good', () => {
    const twoWays = [
      list(hits(kiln, 'kiln.md*')),
      list(hits(kiln, 'a'), 0),
      list(hits(kiln, 'kiln.md*')),
      list(hits(kiln, 'a', 'kiln.md*'), 1, 2),
      asked(prompt(kiln, ['a', 'kiln.md*']), 3),
    ];
    expect(trace(twoWays)).toMatchObject({ verdict: 'model' });
  });

  it('is nowhere in lists that the prompt is not made of', () => {
    const routed: Listed[] = [
      list(hits(kiln, 'kiln.md*')),
      { kind: 'questions', from: [0], row: hits(kiln) },
      asked(prompt(kiln, []), 1),
    ];
    expect(trace(routed)).toMatchObject({ verdict: 'without-passages', lost: { station: 2 } });
    const searchedAgain: Listed[] = [
      ...routed.slice(0, 2),
      list(hits(kiln, 'a'), 1),
      asked(prompt(kiln, ['a']), 2),
    ];
    expect(trace(searchedAgain)).toMatchObject({ verdict: 'not-found', lost: { station: 2 } });
  });

  it('is the last of several prompts: that of the round that answered', () => {
    const rounds: Listed[] = [
      ...plain(['a'], ['a']),
      { kind: 'questions', from: [1], row: hits(kiln) },
      list(hits(kiln, 'kiln.md*'), 2),
      asked(prompt(kiln, ['kiln.md*']), 3),
    ];
    expect(trace(rounds)).toMatchObject({ verdict: 'model' });
  });
});

describe('which passage is wanted', () => {
  it('is the one with the words of the reference, if any of its document has them', () => {
    // Another passage of the document stands first, and is of no use.
    expect(trace(plain(['kiln.md', 'a', 'kiln.md*'], ['kiln.md', 'a']))).toMatchObject({
      ...{ verdict: 'cut-by-top', stops: [{ places: [3] }, { places: [0] }, {}] },
    });
    const found = plain(['kiln.md', 'a'], ['kiln.md', 'a']);
    expect(trace(found)).toMatchObject({ verdict: 'model' });
    expect(trace(found, { held: [true] })).toMatchObject({ verdict: 'not-found' });
  });

  it('is any of several alike: chunked twice, or found twice', () => {
    expect(trace(plain(['a', 'kiln.md*', 'kiln.md*'], ['a', 'kiln.md*']))).toMatchObject({
      ...{ verdict: 'model', stops: [{ places: [2] }, { places: [2] }, {}] },
    });
    expect(trace(plain(['kiln.md', 'kiln.md'], ['kiln.md']))).toMatchObject({ verdict: 'model' });
  });

  it('is one of each document; the first loss on the way decides', () => {
    const question = { ...kiln, reference: '£94.', documents: ['kiln.md', 'prices.md'] };
    const both = (found: readonly string[], shown: readonly string[]) =>
      trace([list(hits(question, ...found)), asked(prompt(question, shown), 0)], { question });
    expect(both(['kiln.md', 'prices.md'], ['kiln.md', 'prices.md']).verdict).toBe('model');
    expect(both(['kiln.md', 'prices.md'], ['kiln.md']).verdict).toBe('cut-by-top');
    expect(both(['a', 'prices.md'], ['a'])).toMatchObject({
      ...{ verdict: 'not-found', stops: [{ places: [0, 2] }, { places: [0, 0] }, {}] },
    });
  });

  it('is each document once, however often the question names it', () => {
    const question = { ...kiln, documents: ['kiln.md', 'kiln.md'] };
    const { stops } = trace(
      [list(hits(question, 'kiln.md*')), asked(prompt(question, ['kiln.md*']), 0)],
      { question },
    );
    expect(stops[0]?.places).toEqual([1]);
  });
});

describe('what rows do not tell', () => {
  it('has no verdict without documents', () => {
    const { documents: _, ...question } = kiln;
    expect(trace(plain(['a'], ['a']), { question }).verdict).toBe('unknown');
    expect(trace(plain(['a'], ['a']), { question: { ...kiln, documents: [] } }).verdict).toBe(
      'unknown',
    );
  });

  it('has no verdict where a row is missing, as of a failed one', () => {
    const row = prompt(kiln, ['a']);
    expect(trace([list(undefined), asked(row, 0)]).verdict).toBe('unknown');
    expect(trace([list(hits(kiln, 'a')), asked(undefined, 0)]).verdict).toBe('unknown');
    expect(trace([list(undefined), asked(prompt(kiln, ['kiln.md*']), 0)]).verdict).toBe('model');
    expect(trace([]).verdict).toBe('unknown');
  });

  it('has no verdict without a reference', () => {
    const { reference: _, ...question } = kiln;
    const { verdict, stops } = trace(plain(['a', 'kiln.md'], ['a']), { question });
    expect(verdict).toBe('no reference');
    expect(stops[0]?.places).toEqual([2]);
  });
});

describe('other verdicts', () => {
  it('is right, or right by luck where the passage was lost', () => {
    const right = { text: 'At 05:40.' };
    expect(trace(plain(['kiln.md*'], ['kiln.md*']), right).verdict).toBe('right');
    expect(trace(plain(['a'], ['a']), right)).toMatchObject({
      verdict: 'lucky',
      lost: { station: 0 },
    });
    expect(trace(plain(['a', 'kiln.md*'], ['a']), right).verdict).toBe('lucky');
    // Nothing was lost where nothing was looked for, and nothing is known where rows are missing.
    expect(trace([asked(prompt(kiln, []))], right).verdict).toBe('right');
    expect(trace([list(undefined), asked(prompt(kiln, ['a']), 0)], right).verdict).toBe('right');
  });

  it('keeps questions apart that no document answers', () => {
    const question: Question = { id: 'q', question: 'Who painted it?', answerable: false };
    const found = plain(['a'], ['a']);
    expect(trace(found, { question, text: 'Ludo.' }).verdict).toBe('unanswerable');
    expect(trace(found, { question, text: 'The handbook does not say.' }).verdict).toBe('right');
  });

  it('counts each wrong answer in one part, and no other', () => {
    expect(tracePart('not-found')).toBe('retrieval');
    expect(tracePart('dropped')).toBe('retrieval');
    expect(tracePart('cut-by-top')).toBe('budget');
    expect(tracePart('cut-by-budget')).toBe('budget');
    expect(tracePart('lucky')).toBeUndefined();
    expect(tracePart('no reference')).toBeUndefined();
  });
});
