import { explainPlan, resolveSources } from '@graft/engine';
import type { Graph, ModelLookup, Problem } from '@graft/graph';
import { leftCheckpoint } from '@graft/worker/checkpoint-folder';
import { engineVersions } from '@graft/worker/engine-versions';
import type { Drift } from '../locks/graph-lock.ts';
import type { GraphLocks } from '../locks/graph-locks.ts';
import type { GraphPlanner, PlannedRun } from './graph-planner.ts';
import { operatorAccess } from '../workers/operator-access.ts';
import { remoteProblems } from './remote-problems.ts';
import type { WorkspaceParts } from '../workspace-parts.ts';
import type { StartOptions } from './run-handle.ts';
import type { PlannedStep, PlanReport } from './planned-steps.ts';

interface ExplainParts extends Pick<
  WorkspaceParts,
  'checkpointFolder' | 'devices' | 'files' | 'received' | 'state' | 'stores'
> {
  readonly models: ModelLookup;
  readonly planner: GraphPlanner;
  readonly locks: GraphLocks;
}

/** The plan of a graph walked through the cache. Problems are returned, not thrown. */
export async function explainGraph(
  parts: ExplainParts,
  { graph, file }: { readonly graph: Graph; readonly file: string },
  options: StartOptions,
): Promise<PlanReport> {
  const { planner, locks, models, files, stores, devices, state, received } = parts;
  const { device = 'auto', locked = false } = options;
  let planned: PlannedRun;
  try {
    planned = await planner.plan(graph, file, options);
    await devices.require(device);
  } catch (error) {
    const refused = { graph, file, error, whole: options.only === undefined };
    const problems = await planner.problems(refused, files);
    // A graph that it uses and that has changed may be why.
    const references = await planner.references(graph, file);
    return planReport([], { problems, drift: await locks.changedReferences(graph, references) });
  }
  const { plan, given } = planned;
  await state.check();
  const resolved = await resolveSources(plan, { files, models, file });
  const { sources, problems } = resolved;
  const blocked = new Set(problems.flatMap(({ location: { path, node } }) => path ?? node ?? []));
  const actions = await received.storeFor(file, stores.actions);
  const nodes = await explainPlan(
    { ...stores, actions, deviceOf: devices.deviceOf, engines: engineVersions },
    {
      ...{ plan, file, device, sources, given, blocked },
      checkpoint: (key) => leftCheckpoint(parts.checkpointFolder, key),
    },
  );
  const checked = await locks.check(graph, planned, { file, locked, resolved });
  const refused = await remoteProblems(plan, { steps: nodes, file, access: operatorAccess });
  return planReport(nodes, {
    problems: [...problems, ...checked.problems, ...refused],
    drift: checked.drift,
  });
}

/** What a run would do, in numbers. */
function planReport(
  nodes: readonly PlannedStep[],
  { problems, drift }: { readonly problems: readonly Problem[]; readonly drift: readonly Drift[] },
): PlanReport {
  const reused = nodes.filter(({ verdict }) => verdict === 'hit').length;
  const estimates = nodes.flatMap(({ estimatedMs }) => estimatedMs ?? []);
  return {
    nodes,
    problems,
    reused,
    toRun: nodes.length - reused,
    ...(drift.length === 0 ? {} : { drift }),
    ...(estimates.length === 0 ? {} : { estimatedMs: estimates.reduce((sum, ms) => sum + ms, 0) }),
  };
}
