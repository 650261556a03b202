import { parseGraph, planGraph, type Plan } from '@graft/graph';
import { testEngines, testModels, testRegistry } from '@graft/graph/testing';
import { describe, expect, it } from 'vitest';
import { stepKey } from './step-key.ts';
import { addSteps, facetsOf, type StepState } from './step-state.ts';

const artifact = { digest: 'e'.repeat(64), mediaType: 'x', size: 1 };

/** Two steps, of which the second knows of an embedder that the first makes. */
function steps(): { readonly steps: Map<string, StepState>; readonly below: StepState } {
  const node = (type: string) => ({ type, version: 1, params: {} });
  const nodes = { train: node('number'), embed: node('double') };
  const graph = { graft: 1, nodes, edges: ['train.value -> embed.value'] };
  const plan: Plan = planGraph(parseGraph(JSON.stringify(graph)), testRegistry, {
    models: testModels,
  });
  const embedder = {
    ...{ model: 'tuned', dimension: 3, madeBy: { node: 'train', port: 'value' } },
  };
  const known = plan.nodes.map((one) =>
    one.id === 'embed' ? { ...one, inputFacets: { value: { embedder } } } : one,
  );
  const all = new Map<string, StepState>();
  addSteps(all, { nodes: known }, { sources: new Map() });
  const below = all.get('embed');
  if (below === undefined) throw new Error('no step');
  return { steps: all, below };
}

it('tells a step which artifact the embedder at its input is, once it has been made', () => {
  const { steps: all, below } = steps();
  expect(facetsOf(below, all)['value']?.embedder?.digest).toBeUndefined();
  const above = all.get('train');
  if (above === undefined) throw new Error('no step');
  above.outputs = { value: artifact };
  expect(facetsOf(below, all)).toEqual({
    value: {
      embedder: {
        ...{ model: 'tuned', dimension: 3, digest: artifact.digest },
        madeBy: { node: 'train', port: 'value' },
      },
    },
  });
});

describe('an embedder that is made in a loop', () => {
  const madeBy = { node: 'loop/train', port: 'value' };
  const embedder = { model: 'tuned', dimension: 3, madeBy };
  const madeBefore = (before: number) => ({ ...embedder, madeBy: { ...madeBy, before } });
  /** A step that has ended, with what it made where it made anything. */
  const ended = (
    id: string,
    from: readonly string[],
    {
      digest,
      knows = true,
      before,
    }: { readonly digest?: string; readonly knows?: boolean; readonly before?: number } = {},
  ): StepState => ({
    ...steps().below,
    node: {
      ...steps().below.node,
      id,
      inputs: { value: from.map((node) => ({ node, port: 'value' })) },
      inputFacets: knows
        ? { value: { embedder: before === undefined ? embedder : madeBefore(before) } }
        : {},
    },
    outputs: digest === undefined ? {} : { value: { ...artifact, digest } },
  });
  const digestAt = (id: string, all: readonly StepState[]): string | undefined => {
    const states = new Map(all.map((step) => [step.node.id, step]));
    const step = states.get(id);
    return step && facetsOf(step, states)['value']?.embedder?.digest;
  };
  /** Two rounds; the second is given the embedder of the first, and trains it on. */
  const rounds = [
    ended('loop#1/train', [], { digest: 'one', knows: false }),
    ended('loop#1/embed', ['loop#1/train']),
    ended('loop#1/index', ['loop#1/embed']),
    ended('loop#2/before', ['loop#1/index'], { before: 1 }),
    ended('loop#2/train', ['loop#1/train'], { digest: 'two', before: 1 }),
    ended('loop#2/embed', ['loop#2/train']),
    ended('loop#2/index', ['loop#2/embed']),
  ];

  it('is that of the round that it came from', () => {
    expect(rounds.slice(1).map(({ node: { id } }) => digestAt(id, rounds))).toEqual([
      ...['one', 'one', 'one', 'one', 'two', 'two'],
    ]);
  });

  it('is known below the loop, and in a loop inside of another', () => {
    const body = { nodes: [], inputs: {}, outputs: {}, aliases: {} };
    const plan = {
      ...{ path: 'loop', limit: 2, state: [], numbered: false, gather: {} },
      ...{ template: body, body: () => body },
    };
    const gives = { value: { node: 'loop#2/train', port: 'value' } };
    const loop = { plan, sources: new Map<string, []>(), rounds: [], gives };
    const whole: StepState = { ...ended('loop', [], { knows: false }), loop };
    const below = ended('below', ['loop']);
    const inner = ended('loop#2/inner#1/embed', ['loop#2/train']);
    const all = [...rounds, whole, below, inner];
    expect(digestAt('below', all)).toBe('two');
    expect(digestAt('loop#2/inner#1/embed', all)).toBe('two');
  });

  it('is part of the key of what is made of its vectors, where it is no input itself', () => {
    const states = new Map(rounds.map((step) => [step.node.id, step]));
    const partOf = (id: string): string | undefined => {
      const step = states.get(id) ?? expect.unreachable();
      const { parts } = stepKey(step, states, { engines: testEngines, devices: new Map() });
      return parts.find(({ name }) => name === 'embedder.value')?.value;
    };
    expect(partOf('loop#2/index')).toBe('two');
    expect(partOf('loop#2/embed')).toBeUndefined();
    expect(partOf('loop#1/train')).toBeUndefined();
  });

  it('is not known of what several rounds made', () => {
    const both = ended('collected', ['loop#1/embed', 'loop#2/embed']);
    expect(digestAt('collected', [...rounds, both])).toBeUndefined();
  });
});
