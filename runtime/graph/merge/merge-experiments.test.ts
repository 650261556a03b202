import { describe, expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { testRegistry } from '../testing.ts';
import { diffGraphs } from './diff-graphs.ts';
import { formatDiff } from './format-diff.ts';
import { mergeGraphs } from './merge-graphs.ts';

const graphOf = (experiments?: object) =>
  parseGraph(JSON.stringify({ graft: 1, ...(experiments === undefined ? {} : { experiments }) }));
const base = { vary: { 'chunk.size': [128] }, metrics: ['s.m:recall'] };

function merged(ours: object | undefined, theirs: object | undefined) {
  const sides = { base: graphOf({ e: base }), ours: graphOf(ours), theirs: graphOf(theirs) };
  const { graph, conflicts } = mergeGraphs(sides, testRegistry);
  return {
    experiments: graph.experiments,
    places: conflicts.map(({ location }) => location.field),
  };
}

describe('the merge of experiments', () => {
  it('takes what each side did, also within one experiment', () => {
    const ours = { e: { ...base, vary: { ...base.vary, 'chunk.method': ['fixed'] }, doc: 'ours' } };
    const theirs = { e: { ...base, vary: { 'chunk.size': [128, 256] }, seeds: [1] }, f: {} };
    expect(merged(ours, theirs)).toEqual({
      experiments: {
        e: {
          doc: 'ours',
          vary: { 'chunk.method': ['fixed'], 'chunk.size': [128, 256] },
          seeds: [1],
          metrics: ['s.m:recall'],
        },
        f: {},
      },
      places: [],
    });
    expect(merged(undefined, { e: base })).toEqual({ experiments: undefined, places: [] });
  });

  it('keeps ours where both changed the same, and says where', () => {
    const ours = { e: { ...base, vary: { 'chunk.size': [64] }, mode: 'list' } };
    const theirs = { e: { ...base, vary: { 'chunk.size': [512] }, mode: 'grid' } };
    expect(merged(ours, theirs)).toEqual({
      experiments: ours,
      places: ['experiments.e.vary.chunk.size', 'experiments.e.mode'],
    });
    expect(merged(undefined, theirs).places).toEqual(['experiments.e']);
  });
});

it('differences of experiments are told by field', () => {
  const before = graphOf({ e: base, old: {} });
  const after = graphOf({ e: { ...base, vary: { 'chunk.size': [128, 256] } }, young: {} });
  expect(formatDiff(diffGraphs(before, after))).toEqual([
    'experiment "e": vary.chunk.size [128] → [128, 256]',
    'removed experiment "old"',
    'added experiment "young"',
  ]);
});
