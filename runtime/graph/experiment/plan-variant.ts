import { canonicalJson } from '../base/canonical-json.ts';
import { GraphError, type Problem } from '../base/errors.ts';
import { formatFeed } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { Registry } from '../types/node-type.ts';
import type { GraphLookup } from '../plan/graph-library.ts';
import type { ItemPart } from '../plan/item-part.ts';
import { planGraph } from '../plan/plan-graph.ts';

export interface VariantContext {
  readonly registry: Registry;
  readonly models: ModelLookup;
  readonly file?: string;
  readonly graphs?: GraphLookup;
  readonly only: readonly string[];
  readonly seed: number | undefined;
  /** Item part of the variant in a race. */
  readonly part?: ItemPart | undefined;
}

/** Whether a variant can run, and what it computes. */
export interface PlannedVariant {
  readonly problems: readonly Problem[];
  /** Equal for two graphs that compute the same under the same node ids; absent if the variant cannot run. */
  readonly text?: string;
  /** The plan; absent if the variant cannot run. */
  readonly nodes?: readonly string[];
}

export function planVariant(graph: Graph, context: VariantContext): PlannedVariant {
  const { registry, seed, ...options } = context;
  try {
    const { nodes } = planGraph(graph, registry, {
      ...options,
      ...(seed === undefined ? {} : { seed }),
    });
    const text = canonicalJson(
      nodes.map(({ id, definition, params, inputs }) => ({
        ...{ id, params, type: definition.type },
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([port, feeds]) => [port, feeds.map(formatFeed)]),
        ),
      })),
    );
    return { problems: [], text, nodes: nodes.map(({ id }) => id) };
  } catch (thrown) {
    return { problems: GraphError.from(thrown).problems };
  }
}
