import { emptyGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { alike, countProblems, isIncomplete, whileComing } from './problem-text.ts';

const problem = (message: string, at = 0) => ({ code: 'missing-input', message, at });

it('gathers what many places have alike, and leaves the rest as it stands', () => {
  const open = Array.from({ length: 500 }, (_, at) => problem('Nothing is connected.', at));
  const [first, ...others] = open;
  const single = problem('No model is chosen.');
  const few = [1, 2, 3].map((at) => problem('No file is named.', at));
  if (first === undefined) throw new Error('There is none.');
  expect(alike([first, single, ...others, ...few])).toEqual([
    open,
    [single],
    ...few.map((x) => [x]),
  ]);
});

it('takes a missing model that is being downloaded for no error', () => {
  const of = (node: string) => ({
    ...{ code: 'bad-model', message: 'It is not here.', audience: 'user' as const },
    location: { node, param: 'model' },
  });
  const base = (model: string) => ({ type: 'base-model', version: 1, params: { model } });
  const graph = { ...emptyGraph, nodes: { a: base('hf:o/a'), b: base('hf:o/b') } };
  const problems = [of('a'), of('b')];
  const shown = whileComing(problems, graph, new Set(['hf:o/a']));
  expect(shown.map(({ message }) => message)).toEqual([
    'hf:o/a is being downloaded.',
    'It is not here.',
  ]);
  expect(shown.map((problem) => isIncomplete(problem, graph))).toEqual([true, false]);
  expect(countProblems(shown, graph)).toEqual({ broken: 1, incomplete: 0, coming: 1 });
  expect(whileComing(problems, graph, new Set())).toBe(problems);
});
