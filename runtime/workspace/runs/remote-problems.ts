import type { RemoteAccess } from '@graft/backends/access';
import {
  authoredLocation,
  CrossEncoderModel,
  EmbedderModel,
  GraphError,
  Model,
  pathWithoutRounds,
  plannedNodes,
  type Facets,
  type Plan,
  type PlannedNode,
  type PortType,
  type Problem,
  type RemoteAsking,
} from '@graft/graph';
import type { PlannedStep } from './planned-steps.ts';

interface Explained {
  /** What a run would do. */
  readonly steps: readonly Pick<PlannedStep, 'node' | 'verdict'>[];
  readonly file: string;
  readonly access: () => Promise<RemoteAccess>;
}

/**
 * What a plan would ask and may not, remote models and addresses of the web, at the nodes that name them: said as a graph
 * is drawn, and not only as a step begins. Whose answers are all kept is not asked, and needs no leave.
 */
export async function remoteProblems(plan: Plan, explained: Explained): Promise<Problem[]> {
  const toRun = new Set(
    explained.steps
      .filter(({ verdict }) => verdict !== 'hit')
      .map(({ node }) => pathWithoutRounds(node)),
  );
  const nodes = [...plannedNodes(plan.nodes)];
  return [
    ...(await modelProblems(nodes, toRun, explained)),
    ...(await webProblems(
      nodes.filter(({ id }) => toRun.has(id)),
      explained,
    )),
  ];
}

/** Addresses that are allowed or not however they are reached: where a name leads is told when it is asked. */
async function webProblems(
  nodes: readonly PlannedNode[],
  { file, access }: Explained,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const node of nodes) {
    const refusals = new Map<string, Problem>();
    for (const { url, asks, param } of node.definition.reaches?.(node.params) ?? []) {
      try {
        const allowed = await access();
        if (asks) allowed.key(url, undefined);
        else allowed.checkVisit(url);
      } catch (error) {
        // Of one site once, however many pages of it are named.
        const location = { ...authoredLocation(node, file), param };
        const problem = GraphError.from(error, location).toProblem();
        refusals.set(`${param} ${problem.message}`, problem);
      }
    }
    problems.push(...refusals.values());
  }
  return problems;
}

async function modelProblems(
  nodes: readonly PlannedNode[],
  toRun: ReadonlySet<string>,
  { file, access }: Explained,
): Promise<Problem[]> {
  const asked = nodes
    .filter(({ id }) => toRun.has(id))
    .flatMap(({ definition, inputFacets }) => remotesIn(definition.inputs, inputFacets))
    .map(({ asking }) => asking);
  const problems: Problem[] = [];
  for (const node of nodes) {
    const { definition, loop, inputFacets, outputFacets } = node;
    // A loop passes on what it is given.
    if (loop !== undefined || remotesIn(definition.inputs, inputFacets).length > 0) continue;
    for (const { model, asking } of remotesIn(definition.outputs, outputFacets)) {
      const { url, secret } = asking;
      if (!asked.some((one) => one.url === url && one.secret === secret)) continue;
      try {
        const allowed = await access();
        allowed.key(url, secret);
        allowed.price(url, model);
      } catch (error) {
        problems.push(GraphError.from(error, authoredLocation(node, file)).toProblem());
      }
    }
  }
  return problems;
}

/** A model on a server: its name there, and how to ask it. */
interface AskedRemotely {
  readonly model: string;
  readonly asking: RemoteAsking;
}

/** Answers know their model too, but only a model's own port leads to its server. */
export function remotesIn(
  ports: Readonly<Record<string, { readonly type: PortType }>>,
  facets: Readonly<Record<string, Facets>>,
): AskedRemotely[] {
  return Object.entries(ports).flatMap(([name, { type }]) => {
    const { model, embedder, crossEncoder } = facets[name] ?? {};
    const found = new Map<
      string,
      { readonly model: string | undefined; readonly remote: RemoteAsking | undefined }
    >([
      [Model.id, { model: model?.id, remote: model?.remote }],
      [EmbedderModel.id, { model: embedder?.model, remote: embedder?.remote }],
      [CrossEncoderModel.id, { model: crossEncoder?.model, remote: crossEncoder?.remote }],
    ]).get(type.id);
    return found?.model === undefined || found.remote === undefined
      ? []
      : [{ model: found.model, asking: found.remote }];
  });
}
