import {
  addNode,
  canonicalModelId,
  paramFields,
  type Graph,
  type GraphLookup,
  type ModelFacts,
  type ModelKind,
  type ModelLookup,
  type NodeLayout,
  type NodeType,
  type Problem,
  type Registry,
} from '@graft/graph';
import { createStore } from 'zustand/vanilla';

let registry: Registry | undefined;

/** Sets the node types of the page, before anything is drawn. */
export function provideNodeTypes(types: Registry): void {
  registry = types;
}

/** The node types of the page. */
export function nodeTypes(): Registry {
  if (registry === undefined) throw new Error('Call provideNodeTypes first.');
  return registry;
}

interface UsedGraphs {
  /** Graph files that the open one uses, as last read. The function is replaced when one of them changes. */
  readonly lookup: GraphLookup;
}

export const usedGraphs = createStore<UsedGraphs>()(() => ({ lookup: () => undefined }));

interface Checks {
  /** What keeps the open graph from running, as far as the page can tell without the server. */
  readonly problems: readonly Problem[];
  /** The catalogue as last seen. The function stays the same while the catalogue does: verdicts are cached by it. */
  readonly models: ModelLookup;
  /** The models that the person wants new nodes to begin with. */
  readonly preferred: ReadonlyMap<ModelKind, string>;
  setModels(models: readonly (ModelFacts & { readonly preferred?: true })[]): void;
}

/** Used until the catalogue has arrived. */
export const noModels: ModelLookup = () => undefined;

export const checks = createStore<Checks>()((set) => ({
  problems: [],
  models: noModels,
  preferred: new Map(),
  setModels(models) {
    const byId = new Map(models.map((model) => [model.id, model]));
    const preferred = models.filter((model) => model.preferred === true);
    set({
      models: (id) => byId.get(canonicalModelId(id)),
      preferred: new Map(preferred.map(({ kind, id }) => [kind, id])),
    });
  },
}));

/** The parameters of a new node: its defaults, with the person's models in place of the node's own. */
export function newParams(definition: NodeType): Readonly<Record<string, unknown>> {
  const { preferred } = checks.getState();
  return Object.fromEntries(
    paramFields(definition).map(({ name, control, modelKind, default: own }) => {
      const isChosen = control === 'model' && modelKind !== undefined;
      const model = isChosen ? preferred.get(modelKind) : undefined;
      // An empty one leaves the choice to the node.
      return [name, model === undefined || own === '' ? own : model] as const;
    }),
  );
}

/** Adds a node as `addNode` does, with the person's models in place of the node's own. */
export function addPreferredNode(
  graph: Graph,
  definition: NodeType,
  position: NodeLayout,
): ReturnType<typeof addNode> {
  const added = addNode(graph, definition, position);
  const node = added.graph.nodes[added.id];
  if (node === undefined) return added;
  const nodes = { ...added.graph.nodes, [added.id]: { ...node, params: newParams(definition) } };
  return { id: added.id, graph: { ...added.graph, nodes } };
}
