import {
  GraphLibrary,
  paramFields,
  type GraphInterface,
  type InterfaceInput,
  type InterfaceOutput,
  type ParamField,
} from '@graft/graph';
import { useMemo } from 'react';
import { z } from 'zod';
import { useDocument } from '../state/document-store.ts';
import { nodeTypes } from '../state/registry.ts';
import { useUsedGraphs } from '../state/used-graphs.ts';

/** An input of a graph as a field of its form. */
export interface GivenInput extends InterfaceInput {
  /** Whether something flows where nothing is given: its sample, or nothing at all. */
  readonly without: 'sample' | 'nothing' | undefined;
  /** Whether a text can give it. */
  readonly byText: boolean;
}

/** The open graph as a function: what it takes, what may be set, what it gives. */
export interface GraphFunction {
  readonly inputs: readonly GivenInput[];
  readonly fields: readonly ParamField[];
  readonly outputs: readonly InterfaceOutput[];
}

/** The file's own interface; undefined where it takes and gives nothing. */
export function useGraphFunction(): GraphFunction | undefined {
  const graph = useDocument((state) => state.graph);
  const file = useDocument((state) => state.file?.path);
  const graphs = useUsedGraphs((state) => state.lookup);
  return useMemo(() => {
    const library = new GraphLibrary(graph, {
      ...{ registry: nodeTypes(), graphs },
      ...(file === undefined ? {} : { file }),
    });
    const found = library.interfaceOf(library.root);
    if (found === undefined || (found.inputs.size === 0 && found.outputs.size === 0)) {
      return undefined;
    }
    const sampled = (node: string): boolean =>
      graph.edges.some(({ target, targetPort }) => target === node && targetPort === 'sample');
    return {
      inputs: [...found.inputs.values()].map((input) => ({
        ...input,
        without: sampled(input.node) ? 'sample' : input.optional ? 'nothing' : undefined,
        byText: input.type.encoding === 'jsonl',
      })),
      fields: fieldsOf(found),
      outputs: [...found.outputs.values()],
    };
  }, [graph, file, graphs]);
}

function fieldsOf({ params }: GraphInterface): readonly ParamField[] {
  const shape = Object.fromEntries([...params.values()].map(({ name, schema }) => [name, schema]));
  return paramFields({ params: z.strictObject(shape) });
}
