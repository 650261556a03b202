import type { NodeType } from '../types/node-type.ts';

type Switched = Pick<NodeType, 'type' | 'structure' | 'inputs' | 'outputs'>;

/** The ports between which a bypassed node passes its input through, or why it cannot. */
export type PassThrough =
  { readonly input: string; readonly output: string } | { readonly reason: string };

/** A node passes through if exactly one output has the type of an input. */
export function passThrough({ type, structure, inputs, outputs }: Switched): PassThrough {
  if (structure === 'input' || structure === 'output') {
    return { reason: 'An input or output of a graph cannot be switched off. Remove it instead.' };
  }
  const pairs = Object.entries(outputs).flatMap(([output, given]) =>
    Object.entries(inputs).flatMap(([input, taken]) =>
      taken.type.id === given.type.id ? { input, output } : [],
    ),
  );
  const [pair] = pairs;
  if (pair !== undefined && pairs.length === 1) return pair;
  const reason =
    pair === undefined
      ? 'none of its outputs has the type of an input'
      : `${list(pairs.map(({ input, output }) => `${input} → ${output}`))} are all possible`;
  return {
    reason: `"${type}" cannot be switched off here, because Graft does not know which input to pass on: ${reason}. Remove the node and connect its neighbours instead.`,
  };
}

/**
 * Why a node cannot be bypassed; undefined: it can. A bypassed source counts as not connected, and unused outputs do
 * not matter.
 */
export function bypassRefusal(definition: Switched, isTaken: boolean): string | undefined {
  const pass = passThrough(definition);
  if (!('reason' in pass)) return undefined;
  const isSource = Object.keys(definition.inputs).length === 0;
  const isPort = definition.structure === 'input' || definition.structure === 'output';
  return isPort || (!isSource && isTaken) ? pass.reason : undefined;
}

function list(words: readonly string[]): string {
  return words.join(', ');
}
