import { GraphError } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import { bodiesBelow, usedBodies, withoutBodies } from '../compose/graph-bodies.ts';
import { emptyGraph, removeNodes } from '../compose/graph-edit.ts';
import { inlineSubgraph } from '../compose/inline-subgraph.ts';
import type { ComposeContext } from '../compose/make-subgraph.ts';
import { reachable } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import { parseMetricName, parseSettingName } from '../format/setting-name.ts';
import { applyArm } from './apply-arm.ts';
import { experimentNamed } from './check-experiment.ts';

/** Where the note stands above nodes that are laid out from 0, 0. */
const noteAt = { x: 0, y: -180, width: 448 };

/**
 * One arm of an experiment as a graph of its own. Its settings are applied and the subgraphs that it chooses are inlined;
 * experiments go, and nodes that the deciding metric does not need. The nodes have no places; a note says what it is. Throws `bad-input` for an unknown arm, and as `inlineSubgraph`.
 */
export function armGraph(
  graph: Graph,
  which: { readonly experiment: string; readonly arm: string; readonly note: string },
  context: ComposeContext,
): Graph {
  const { arms = {}, metrics = [] } = experimentNamed(graph, which.experiment);
  const arm = own(arms, which.arm);
  if (arm === undefined) {
    const message = `The experiment has no arm "${which.arm}".${suggestion(which.arm, Object.keys(arms))}`;
    throw new GraphError('bad-input', message, {
      location: { field: `experiments.${which.experiment}.arms` },
    });
  }
  let made = applyArm(graph, arm, `experiments.${which.experiment}.arms.${which.arm}`);
  const chosen = Object.keys(arm.set ?? {}).flatMap((key) => {
    const name = parseSettingName(key);
    const structure = context.registry.get(made.nodes[name?.node ?? '']?.type ?? '')?.structure;
    return name?.param === 'use' && structure === 'graph' ? [name.node] : [];
  });
  for (const node of chosen) made = inlineSubgraph(made, { node }, context).graph;
  const [measured = ''] = parseMetricName(metrics[0] ?? '')?.node.split('/') ?? [];
  const needed = Object.hasOwn(made.nodes, measured)
    ? reachable(made.edges, [measured], 'before')
    : undefined;
  const dropped = Object.keys(made.nodes).filter((id) => needed?.has(id) === false);
  const { nodes, edges, expose, graphs, lock } = removeNodes(made, dropped);
  const exposed = Object.entries(expose ?? {}).filter(([, { node }]) => Object.hasOwn(nodes, node));
  const alone: Graph = {
    ...emptyGraph,
    ...{ nodes, edges, lock },
    ...(exposed.length === 0 ? {} : { expose: Object.fromEntries(exposed) }),
    ...(graphs === undefined ? {} : { graphs }),
    notes: { start: { text: which.note, ...noteAt } },
  };
  const used = bodiesBelow(alone, usedBodies(alone));
  return withoutBodies(alone, new Set(Object.keys(graphs ?? {}).filter((id) => !used.has(id))));
}
