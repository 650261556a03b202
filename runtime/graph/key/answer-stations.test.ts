import { expect, it } from 'vitest';
import type { StepSummary } from '../contracts/run-event.ts';
import {
  Answers,
  Chunks,
  Embeddings,
  Hits,
  Index,
  Prompts,
  Questions,
} from '../rows/port-types.ts';
import type { PortType } from '../rows/port-type.ts';
import { Dataset } from '../rows/training-types.ts';
import { answerStations } from './answer-stations.ts';

/** A step with one output, whose digest is its name, or `digest` of its inputs. */
function step(
  node: string,
  type: PortType,
  { digest = node, ...inputs }: Readonly<Record<string, string>> = {},
): StepSummary {
  return {
    ...{ node, type: 'any', status: 'succeeded', ms: 1 },
    parts: Object.entries(inputs).map(([port, value]) => ({ name: `input.${port}`, value })),
    outputs: { out: { digest, mediaType: type.mediaType, size: 1 } },
  };
}

const searching = [
  step('asked', Questions),
  step('chunk', Chunks),
  step('embed', Embeddings, { chunks: 'chunk' }),
  step('index', Index, { embeddings: 'embed' }),
];

/** The stations on the way, each with those that it reads. */
function way(steps: readonly StepSummary[], answers = 'answer'): string[] {
  const { stations } = answerStations(steps, answers) ?? { stations: [] };
  const nameOf = (at: number): string => stations[at]?.node ?? '?';
  return stations.map(({ node, kind, from }) => `${kind} ${node} < ${from.map(nameOf).join(' ')}`);
}

it('follows the edges of a run from the questions to the answers, whatever its nodes are called', () => {
  const steps = [
    // In another order than they ran.
    step('answer', Answers, { prompts: 'sub/prompt' }),
    step('sub/prompt', Prompts, { hits: 'x' }),
    step('x', Hits, { hits: 'dense bm25' }),
    step('dense', Hits, { index: 'index', questions: 'asked' }),
    step('bm25', Hits, { index: 'index', questions: 'asked' }),
    ...searching,
    step('elsewhere', Hits, { index: 'index', questions: 'asked' }),
  ];
  expect(way(steps)).toEqual([
    'questions asked < ',
    'hits dense < asked',
    'hits bm25 < asked',
    'hits x < dense bm25',
    'prompts sub/prompt < x',
    'answers answer < sub/prompt',
  ]);
  expect(answerStations(steps, 'answer')?.chunks.map(({ digest }) => digest)).toEqual(['chunk']);
});

it('leaves out what is learnt from: the way of other questions', () => {
  const steps = [
    step('lessons', Hits),
    step('lesson-prompts', Prompts, { hits: 'lessons' }),
    step('data', Dataset, { prompts: 'lesson-prompts' }),
    step('prompt', Prompts),
    step('answer', Answers, { prompts: 'prompt', adapters: 'data' }),
  ];
  expect(way(steps)).toEqual(['prompts prompt < ', 'answers answer < prompt']);
});

it('unrolls a loop, and joins what its rounds gave', () => {
  const steps = [
    ...searching,
    step('loop#1/find', Hits, { index: 'index', questions: 'asked' }),
    step('loop#1/answer', Answers, { hits: 'loop#1/find' }),
    step('loop#1/open', Questions, { answers: 'loop#1/answer' }),
    step('loop#2/find', Hits, { index: 'index', questions: 'loop#1/open' }),
    step('loop#2/answer', Answers, { hits: 'loop#2/find' }),
    step('answer', Answers, { rows: 'loop#1/answer loop#2/answer' }),
  ];
  expect(way(steps).slice(-3)).toEqual([
    'hits loop#2/find < loop#1/open',
    'answers loop#2/answer < loop#2/find',
    'answers answer < loop#1/answer loop#2/answer',
  ]);
});

it('takes the step that made the bytes, not one that passes them on, and ends in a circle of them', () => {
  const steps = [
    step('kept', Answers, { answers: 'answer', digest: 'answer' }),
    step('answer', Answers, { prompts: 'prompt' }),
    step('there', Prompts, { prompts: 'back', digest: 'prompt' }),
    step('and-back', Prompts, { prompts: 'prompt', digest: 'back' }),
  ];
  expect(way(steps)).toEqual([
    'prompts and-back < ',
    'prompts there < and-back',
    'answers answer < there',
  ]);
});

it('has no way to answers that no step made, or to what is no answer', () => {
  expect(answerStations(searching, 'answer')).toBeUndefined();
  expect(answerStations(searching, 'asked')).toBeUndefined();
  // The record of a result that came in a package names no inputs.
  expect(way([step('answer', Answers)])).toEqual(['answers answer < ']);
});
