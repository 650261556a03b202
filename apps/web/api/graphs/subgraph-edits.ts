import {
  armGraph,
  extractSubgraph,
  inlineSubgraph,
  makeLoop,
  makeSubgraph,
  proposeLoop,
  renamePort,
  serializeGraph,
  type ComposeContext,
  type Graph,
  type LoopChoice,
  type LoopProposal,
} from '@graft/graph';
import { api } from '../client.ts';
import { refusalOf } from '../problem.ts';
import {
  documentStore,
  screenStore,
  overlayStore,
  usedGraphs,
  bodyAt,
  whyNotPast,
  nodeTypes,
  subgraphName,
  whileOpen,
} from '@graft/view';
import { graphPath, refreshFiles, report } from './graph-file.ts';
import { forgetDrawn, type Refusal } from './workspace-files.ts';

function context(): ComposeContext {
  const { file } = documentStore.getState();
  return {
    registry: nodeTypes(),
    graphs: usedGraphs.getState().lookup,
    ...(file === null ? {} : { file: file.path }),
  };
}

/** The body that is shown. */
const at = () => bodyAt(documentStore.getState().trail);

/** Applies an edit that replaces nodes by one, and selects that node. Gives the reason if it is refused. */
function place(make: (graph: Graph) => { readonly graph: Graph; readonly node: string }): Refusal {
  const { graph, past, editFile } = documentStore.getState();
  if (past !== null) return whyNotPast;
  try {
    const made = make(graph);
    editFile(() => made.graph);
    screenStore.getState().select([made.node]);
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** Puts nodes into a subgraph of the file that a person named: one step of the history. */
export function makeSubgraphOf(nodes: readonly string[], name: string): Refusal {
  return place((graph) =>
    makeSubgraph(graph, { at: at(), nodes, ...subgraphName(name) }, context()),
  );
}

/** What of the nodes could go round in a loop. Throws `bad-input` if they cannot be put into a subgraph. */
export function offeredLoop(nodes: readonly string[]): LoopProposal {
  return proposeLoop(documentStore.getState().graph, { at: at(), nodes }, context());
}

/** Puts a loop over nodes in their place: one step of the history. */
export function repeatNodes(nodes: readonly string[], choice: LoopChoice): Refusal {
  return place((graph) => makeLoop(graph, { at: at(), nodes, choice }, context()));
}

/** Makes one arm of an experiment a graph of its own, and asks what to call its file. */
export function openArm(experiment: string, arm: string, note: string): void {
  const { graph, file } = documentStore.getState();
  try {
    const alone = armGraph(graph, { experiment, arm, note }, context());
    const folder = file?.path.replace(/[^/]*$/, '') ?? '';
    const name =
      folder +
      arm
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-|-$/g, '');
    overlayStore.getState().show({ nameQuestion: { kind: 'open', name, graph: alone } });
  } catch (error) {
    report(error);
  }
}

/** Puts the nodes of the graph that a node uses in its place: one step of the history. */
export function inlineSelected(): void {
  const { graph, editFile } = documentStore.getState();
  const { selection, select } = screenStore.getState();
  const [node] = selection;
  if (node === undefined) return;
  try {
    const inlined = inlineSubgraph(graph, { at: at(), node }, context());
    editFile(() => inlined.graph);
    select(inlined.nodes);
  } catch (error) {
    report(error);
  }
}

/** Makes a subgraph of the file a file of its own, which all that used it use from then on: one step of the history. */
export async function extractAs(subgraph: string, name: string): Promise<Refusal> {
  const path = graphPath(name);
  try {
    const { graph, past, editFile } = documentStore.getState();
    // Else the file would be written, and nothing would use it.
    if (past !== null) return whyNotPast;
    const isOpen = whileOpen();
    const { graph: left, file } = extractSubgraph(graph, subgraph, path);
    await api.graphs.save.mutate({ path, text: serializeGraph(file), base: null });
    await forgetDrawn(path);
    if (isOpen())
      editFile((current) =>
        current === graph ? left : extractSubgraph(current, subgraph, path).graph,
      );
    await refreshFiles();
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/**
 * Gives what the shown graph takes or gives another name, and its uses in the file with it: one step of the history. What
 * is renamed beside it is said. Undefined, or why not.
 */
export function renameShownPort(node: string, name: string): Refusal {
  const { graph, editFile } = documentStore.getState();
  try {
    const renaming = { at: at(), node, name: name === '' ? node : name };
    const { graph: renamed, nodes } = renamePort(graph, renaming, context());
    editFile(() => renamed);
    if (nodes.length > 1) {
      const message = `Renamed both the input and the output to “${renaming.name}”: each round of the loop reads the output of the round before.`;
      screenStore.getState().notify({ tone: 'info', message });
    }
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}
