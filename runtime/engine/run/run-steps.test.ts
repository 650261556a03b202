import { describe, expect, it } from 'vitest';
import { GraphError, parseGraph, planGraph, type Plan, type PlannedNode } from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';
import { RunSteps } from './run-steps.ts';
import type { StepState } from './step-state.ts';

const whole: Plan = (() => {
  const nodes = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((id) => [id, { type: 'double', version: 1, params: {} }]),
  );
  nodes['a'] = { type: 'number', version: 1, params: {} };
  const edges = ['a.value -> b.value', 'b.value -> c.value', 'c.value -> d.value'];
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
  return planGraph(graph, testRegistry, { models: testModels });
})();

const part = (...ids: string[]): Plan => ({
  nodes: whole.nodes.filter(({ id }: PlannedNode) => ids.includes(id)),
});

function follow() {
  const ended: string[] = [];
  const steps = new RunSteps(({ node, status }) => ended.push(`${node.id} ${status}`));
  const step = (id: string): StepState => {
    const found = steps.states.get(id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  const ready = (): string[] => steps.takeReady().map(({ node }) => node.id);
  return { ended, steps, step, ready };
}

const noSources = { sources: new Map() };

describe('the steps of a run', () => {
  it('become ready one by one, and take what is below along when they fail', () => {
    const { steps, step, ready, ended } = follow();
    steps.add(whole, noSources);
    expect(ready()).toEqual(['a']);
    steps.close(step('a'), 'succeeded');
    expect(ready()).toEqual(['b']);
    steps.fail(step('b'), new GraphError('bad-input', 'no'));
    expect(ended).toEqual(['a succeeded', 'b failed', 'c skipped', 'd skipped']);
    expect(steps.unfinished).toBe(0);
  });

  it('end with what fails far above them, however many they are', () => {
    const count = 200_000;
    const [a, b, c] = whole.nodes;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no nodes');
    const { steps, step } = follow();
    const wide = Array.from({ length: count }, (_, at) => ({ ...c, id: `c${String(at)}` }));
    steps.add({ nodes: [a, b, ...wide] }, noSources);
    steps.fail(step('a'), new GraphError('bad-input', 'no'));
    expect(steps.unfinished).toBe(0);
    expect(step(`c${String(count - 1)}`).status).toBe('skipped');
  });

  it('can be added while others run, below what has finished or has not', () => {
    const { steps, step, ready } = follow();
    steps.add(part('a'), noSources);
    expect(ready()).toEqual(['a']);
    steps.close(step('a'), 'cached');
    expect(steps.unfinished).toBe(0);
    steps.add(part('b'), noSources);
    steps.add(part('c', 'd'), noSources);
    expect(ready()).toEqual(['b']);
    steps.close(step('b'), 'succeeded');
    expect(ready()).toEqual(['c']);
    expect(steps.unfinished).toBe(2);
  });

  it('that are added below a failure are skipped', () => {
    const { steps, step, ended, ready } = follow();
    steps.add(part('a'), noSources);
    ready();
    steps.fail(step('a'), new GraphError('bad-input', 'no'));
    steps.add(part('b', 'c'), noSources);
    expect(ended).toEqual(['a failed', 'b skipped', 'c skipped']);
    expect(ready()).toEqual([]);
    expect(steps.unfinished).toBe(0);
  });
});
