import { writeArtifact } from '@graft/engine';
import {
  Answers,
  Chunks,
  Hits,
  Index,
  Prompts,
  Questions,
  type Answer,
  type ArtifactRef,
  type Hit,
  type PortType,
  type Prompt,
  type Question,
  type QuestionHits,
  type StepSummary,
} from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { AnswerTraces } from './answer-traces.ts';

const source = (path: string) => ({
  ...{ documentId: path, path, title: path, start: 0, end: 1, firstLine: 1, lastLine: 1 },
});
const chunk = (path: string, text: string) => ({
  ...{ id: `${path}:${text}`, text, headings: [], source: source(path), metadata: {} },
});
const question = (at: number): Question => ({
  ...{ id: `q${String(at)}`, question: `Which is number ${String(at)}?` },
  ...{ reference: `Word${String(at)}`, documents: [`${String(at)}.md`] },
});
/** A passage of a question's document, with or without the words of its reference. */
const passage = (at: number, holds = true) =>
  chunk(`${String(at)}.md`, holds ? `It is word${String(at)}.` : 'Nothing.');
const other = chunk('other.md', 'Something else.');

function hitsOf(at: number, chunks: readonly ReturnType<typeof chunk>[]): QuestionHits {
  const hits = chunks.map((found, place): Hit => ({
    rank: place + 1,
    score: 1,
    scores: {},
    chunk: found,
  }));
  return { id: `q${String(at)}`, question: question(at), hits };
}

function promptOf({ id, question: asked, hits }: QuestionHits, top: number): Prompt {
  let text = '';
  const passages = hits.slice(0, top).map(({ chunk: shown, score }, place) => {
    const start = text.length;
    text += shown.text;
    const span = { start, end: text.length, source: shown.source };
    return { number: place + 1, chunkId: shown.id, score, ...span };
  });
  return { id, question: asked, text, passages, tokens: 1, dropped: 0 };
}

const answerOf = (asked: Question, text: string): Answer => ({
  ...{ id: asked.id, question: asked, text, citations: [] },
  ...{ promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
});

interface Rows {
  readonly hits: readonly QuestionHits[];
  readonly answers: readonly Answer[];
  readonly chunks?: readonly ReturnType<typeof chunk>[];
}

/** A run of these rows with two passages a prompt, whose steps are the last ones of its file if it has none itself. */
async function ran({ hits, answers, chunks = [] }: Rows, { isLast = false } = {}) {
  const artifacts = new MemoryArtifactStore();
  const write = (type: PortType, value: readonly unknown[]): Promise<ArtifactRef> =>
    writeArtifact(artifacts, { port: 'out', type, value });
  const made = {
    chunks: await write(Chunks, chunks),
    asked: await write(
      Questions,
      answers.map((answer) => answer.question),
    ),
    hits: await write(Hits, hits),
    prompts: await write(
      Prompts,
      hits.map((row) => promptOf(row, 2)),
    ),
    answers: await write(Answers, answers),
  };
  const index: ArtifactRef = { digest: 'i'.repeat(64), mediaType: Index.mediaType, size: 1 };
  const step = (node: string, out: ArtifactRef, inputs: readonly ArtifactRef[]): StepSummary => ({
    ...{ node, type: 'any', status: 'succeeded', ms: 1, outputs: { out } },
    parts: inputs.map(({ digest }, at) => ({ name: `input.${String(at)}`, value: digest })),
  });
  const steps = [
    step('chunk', made.chunks, []),
    step('index', index, [made.chunks]),
    step('ask', made.asked, []),
    step('find', made.hits, [made.asked, index]),
    step('write', made.prompts, [made.hits]),
    step('say', made.answers, [made.prompts]),
  ];
  const record = {
    ...{ id: 'r', file: 'f', status: 'succeeded' as const, startedAt: 0, owner: 'o' },
  };
  const traces = new AnswerTraces({
    artifacts,
    journal: {
      get: () => Promise.resolve(record),
      steps: () => Promise.resolve(isLast ? [] : steps),
      lastSteps: () => Promise.resolve(new Map(steps.map((one) => [one.node, one]))),
    },
  });
  return { artifacts, traces, made, of: { run: 'r', answers: made.answers } };
}

const rows: Rows = {
  hits: [
    hitsOf(0, [passage(0)]),
    hitsOf(1, [other, passage(1)]),
    hitsOf(2, [other, other, passage(2)]),
    hitsOf(3, [other]),
    hitsOf(4, [passage(4, false)]),
  ],
  // In another order, and one question has no answer: its row failed.
  answers: [
    answerOf(question(4), 'No idea.'),
    answerOf(question(3), 'No idea.'),
    answerOf(question(2), 'No idea.'),
    answerOf(question(0), 'It is word0.'),
    answerOf(question(1), 'No idea.'),
    answerOf(question(9), 'No idea.'),
  ],
  chunks: [passage(4), other],
};

it('counts where wrong answers were lost, and leads to their rows at each station', async () => {
  const { traces, made, of } = await ran(rows);
  const summary = await traces.summary(of);
  expect(summary).toMatchObject({
    ...{ right: 1, lucky: 0, wrong: 5 },
    parts: { retrieval: 2, budget: 1, model: 1, unknown: 1, unanswerable: 0 },
  });
  expect(summary?.stations.map(({ node, kind }) => [node, kind])).toEqual([
    ['ask', 'questions'],
    ['find', 'hits'],
    ['write', 'prompts'],
    ['say', 'answers'],
  ]);
  const rowsAt = (station: ArtifactRef, part: 'retrieval' | 'budget' | 'unknown') =>
    traces.rowsOf(of, { station: station.digest, part });
  expect(await rowsAt(made.answers, 'retrieval')).toEqual([0, 1]);
  expect(await rowsAt(made.hits, 'retrieval')).toEqual([3, 4]);
  expect(await rowsAt(made.hits, 'budget')).toEqual([2]);
  // The question without hits has a row only where there is one.
  expect(await rowsAt(made.answers, 'unknown')).toEqual([5]);
  expect(await rowsAt(made.hits, 'unknown')).toEqual([]);
  expect(await rowsAt(made.chunks, 'retrieval')).toEqual([]);
});

it('traces single answers, with the rows that they have elsewhere', async () => {
  const { traces, of } = await ran(rows);
  const [model, last, past] = await traces.pick(of, [4, 5, 6]);
  expect(model).toMatchObject({
    ...{ id: 'q1', question: 'Which is number 1?', verdict: 'model' },
    stops: [{ row: 4 }, { row: 1, places: [2] }, { row: 1, places: [2] }, { row: 4 }],
  });
  expect(last).toMatchObject({ verdict: 'unknown', stops: [{ station: 3, row: 5 }] });
  expect(past).toBeNull();
  expect(await traces.find(of, 'q1')).toEqual(model);
  expect(await traces.find(of, 'q8')).toBeUndefined();
});

it('knows from the chunks that a found passage of the document is not the one with the answer', async () => {
  const lost = await ran(rows);
  expect(await lost.traces.find(lost.of, 'q4')).toMatchObject({
    ...{ verdict: 'not-found', stops: [{}, { places: [0], documents: [1] }, {}, {}] },
  });
  const { chunks: _, ...without } = rows;
  const unknown = await ran(without);
  expect(await unknown.traces.find(unknown.of, 'q4')).toMatchObject({ verdict: 'model' });
});

it('finds the way of results that the run did not make anew', async () => {
  const { traces, of } = await ran(rows, { isLast: true });
  expect(await traces.summary(of)).toMatchObject({ wrong: 5 });
});

it('counts rows of what is gone as missing, until it is there again', async () => {
  const { artifacts, traces, made, of } = await ran(rows);
  const bytes: Uint8Array[] = [];
  for await (const part of artifacts.get(made.hits.digest)) bytes.push(part);
  await artifacts.delete(made.hits.digest);
  // The prompt still shows what the model had.
  expect(await traces.summary(of)).toMatchObject({ wrong: 5, parts: { unknown: 4, model: 1 } });
  await artifacts.put(bytes);
  expect(await traces.summary(of)).toMatchObject({ parts: { unknown: 1, retrieval: 2 } });
});

it('has nothing to tell of other answers, and refuses what are none', async () => {
  const { traces, of, made } = await ran(rows);
  const answers = { ...of.answers, digest: 'f'.repeat(64) };
  expect(await traces.summary({ ...of, answers })).toBeUndefined();
  expect(await traces.pick({ ...of, answers }, [0])).toEqual([null]);
  await expect(traces.summary({ ...of, answers: made.hits })).rejects.toMatchObject({
    code: 'bad-input',
  });
});

it('reads each station once, however many answers ask', async () => {
  const { traces, of } = await ran(rows);
  const [one, other] = await Promise.all([traces.summary(of), traces.summary(of)]);
  expect(one).toBe(other);
});
