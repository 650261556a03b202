import { paramFields, type GraphNode, type ModelLookup, type NodeType } from '@graft/graph';
import { bytes, duration, plural } from '@graft/nodes/kit/ui';
import { plannedParts } from '../../api/runs/plan-report.ts';
import type { PlanReport } from '../../api/client.ts';

type Step = PlanReport['nodes'][number];

/** What a run would do with a node, for the line above its card. */
export interface PlannedWork {
  /** `some`: a run would reuse some of its steps only. */
  readonly verdict: 'reused' | 'runs' | 'some' | 'unknown';
  /** `reused`, `runs`, `3 of 5 run`. */
  readonly word: string;
  /** `12 s`: how long the steps to run took before. */
  readonly time?: string;
  /** The first step that would run; it explains why. */
  readonly step?: Step;
}

/** Undefined for a node without steps in the plan. */
export function plannedWork(
  { nodes }: Pick<PlanReport, 'nodes'>,
  path: string,
): PlannedWork | undefined {
  const own = plannedParts(nodes, path);
  if (own.length === 0) return undefined;
  const open = own.filter(({ verdict }) => verdict !== 'hit');
  if (open.length === 0) return { verdict: 'reused', word: 'reused' };
  const runs = open.filter(({ verdict }) => verdict === 'miss');
  const times = open.flatMap(({ estimatedMs }) => estimatedMs ?? []);
  const ms = times.reduce((sum, time) => sum + time, 0);
  const step = runs.find(({ reason }) => reason !== undefined);
  return {
    ...(runs.length === 0
      ? ({ verdict: 'unknown', word: 'may run' } as const)
      : open.length === own.length
        ? ({ verdict: 'runs', word: 'runs' } as const)
        : { verdict: 'some', word: `${String(open.length)} of ${plural(own.length, 'step')}` }),
    ...(times.length === 0
      ? {}
      : { time: times.length < open.length ? `over ${duration(ms)}` : duration(ms) }),
    ...(step === undefined ? {} : { step }),
  };
}

/** `91 MB`: the weights of the models that the node must load. */
export function weightsText(
  node: GraphNode,
  definition: NodeType | undefined,
  models: ModelLookup,
): string | undefined {
  const fields = definition === undefined ? [] : paramFields(definition);
  const size = fields
    .filter(({ control }) => control === 'model')
    .reduce((sum, { name, default: preset }) => {
      const id = node.params[name] ?? preset;
      return sum + (typeof id === 'string' ? (models(id)?.size ?? 0) : 0);
    }, 0);
  return size === 0 ? undefined : bytes(size);
}
