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
    .flatMap(({ definition, inputFacets }) => remotesIn(definition.inputs, inputFacets));
  const problems: Problem[] = [];
  for (const node of nodes) {
    const { definition, loop, inputFacets, outputFacets } = node;
    // A loop passes on what it is given.
    if (loop !== undefined || remotesIn(definition.inputs, inputFacets).length > 0) continue;
    for (const { url, secret } of remotesIn(definition.outputs, outputFacets)) {
      if (!asked.some((one) => one.url === url && one.secret === secret)) continue;
      try {
        (await access()).key(url, secret);
      } catch (error) {
        problems.push(GraphError.from(error, authoredLocation(node, file)).toProblem());
      }
    }
  }
  return problems;
}

/** Answers know their model too, but only a model's own port leads to its server. */
function remotesIn(
  ports: Readonly<Record<string, { readonly type: PortType }>>,
  facets: Readonly<Record<string, Facets>>,
): RemoteAsking[] {
  return Object.entries(ports).flatMap(([name, { type }]) => {
    const { model, embedder, crossEncoder } = facets[name] ?? {};
    const found = new Map<string, { readonly remote?: RemoteAsking } | undefined>([
      [Model.id, model],
      [EmbedderModel.id, embedder],
      [CrossEncoderModel.id, crossEncoder],
    ]);
    return found.get(type.id)?.remote ?? [];
  });
}
