import type { NodeType } from '@graft/graph';
import type { PendingEdge } from '../screen/screen-store.ts';
import { documentStore } from './document-store.ts';
import { shapeOf } from './node-shape.ts';
import { inOrder } from './node-order.ts';
import { fitting } from './port-refusal.ts';

/** The node types that usually take a port type, and those that usually give it; the most usual first. */
interface Usual {
  readonly takers: readonly string[];
  readonly givers: readonly string[];
}

/** By id of the port type. A type that is not listed comes after these, in the order of a pipeline. */
export const usualSteps: Readonly<Record<string, Usual>> = {
  documents: { takers: ['chunk'], givers: ['load-files'] },
  chunks: { takers: ['embed'], givers: ['chunk'] },
  embeddings: { takers: ['index'], givers: ['embed'] },
  index: { takers: ['retrieve'], givers: ['index'] },
  questions: { takers: ['retrieve', 'prompt'], givers: ['questions'] },
  hits: { takers: ['inject-context', 'rerank', 'score-hits'], givers: ['retrieve', 'rerank'] },
  prompts: { takers: ['generate'], givers: ['inject-context', 'prompt'] },
  answers: { takers: ['evaluate'], givers: ['generate'] },
  model: { takers: ['generate', 'train-lora'], givers: ['base-model', 'remote-model'] },
  dataset: { takers: ['train-lora'], givers: ['load-dataset'] },
  adapter: { takers: ['generate'], givers: ['train-lora', 'load-adapter'] },
  metrics: { takers: [], givers: ['evaluate', 'score-hits'] },
};

/** Node types with the usual next steps of a port first. */
export function usualFirst(
  types: readonly NodeType[],
  { side, type }: Pick<PendingEdge, 'side'> & { readonly type: string },
): readonly NodeType[] {
  const usual = usualSteps[type]?.[side === 'source' ? 'takers' : 'givers'] ?? [];
  const rank = ({ type: id }: NodeType): number => {
    const at = usual.indexOf(id);
    return at === -1 ? usual.length : at;
  };
  return types.toSorted((a, b) => rank(a) - rank(b));
}

/** Node types with a port for an edge from this port, the usual next step first. */
export function nextSteps(from: PendingEdge): readonly NodeType[] {
  const { node, port, side } = from;
  const own = shapeOf(documentStore.getState().shown.nodes[node]);
  const type = (side === 'source' ? own?.outputs : own?.inputs)?.[port]?.type.id ?? '';
  return usualFirst(fitting(from), { side, type });
}

/** All node types for a place after a node: first those that it can feed, output by output, the usual next step first. */
export function stepsAfter(node: string): readonly NodeType[] {
  const outputs = Object.keys(shapeOf(documentStore.getState().shown.nodes[node])?.outputs ?? {});
  const fed = outputs.flatMap((port) => nextSteps({ node, port, side: 'source' }));
  return [...new Set([...fed, ...inOrder()])];
}
