import type { KeyPart, MissReason, Plan, ResolvedSource, StepSummary } from '@graft/graph';
import { ActionLookup } from './action-lookup.ts';
import type { EngineParts } from './engine-parts.ts';
import { keyParts, reasonFor, stepKey } from './step-key.ts';
import { createSteps, isFinished, type GivenInputs, type StepState } from './step-state.ts';

/** What a run would do with one step. */
export interface ExplainedStep {
  readonly node: string;
  readonly type: string;
  /** `unknown`: its inputs' digests are known only once something above has run. */
  readonly verdict: 'hit' | 'miss' | 'unknown';
  readonly cacheKey?: string;
  readonly parts?: readonly KeyPart[];
  readonly reason?: MissReason;
  readonly estimatedMs?: number;
  /** The package that the result came in which would be reused. */
  readonly from?: string;
}

export interface ExplainRequest {
  readonly plan: Plan;
  readonly file: string;
  readonly device: string;
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  readonly given?: GivenInputs;
  /** Nodes whose sources have a problem: nothing can be said of them, nor of what is below. */
  readonly blocked: ReadonlySet<string>;
}

/** Walks a plan through the cache as far as digests are known, without running anything. */
export async function explainPlan(
  parts: Pick<EngineParts, 'actions' | 'artifacts' | 'runs' | 'deviceOf' | 'engines'>,
  request: ExplainRequest,
): Promise<ExplainedStep[]> {
  const steps = createSteps(request.plan, request);
  const last = await parts.runs.lastSteps(request.file);
  const known = await keyParts(parts, steps.values(), request.device);
  const lookup = new ActionLookup(parts);
  const lastKeys = [...last.values()].flatMap(({ cacheKey }) => cacheKey ?? []);
  await lookup.prefetch(lastKeys);
  const estimate = estimator(last, (key) => {
    const found = lookup.known(key);
    return found === undefined || found === 'evicted' ? undefined : found.ms;
  });
  const explained = new Map<StepState, ExplainedStep>();
  const isOpen = ({ waiting, node }: StepState): boolean =>
    waiting === 0 && !request.blocked.has(node.id);
  for (const step of steps.values()) {
    if (!isFinished(step)) continue;
    const { id: node, definition } = step.node;
    explained.set(step, { node, type: definition.type, verdict: 'hit' });
  }
  let wave = [...steps.values()].filter((step) => isOpen(step) && !isFinished(step));
  while (wave.length > 0) {
    for (const step of wave) step.key = stepKey(step, steps, known);
    await lookup.find(wave.flatMap(({ key }) => key?.value ?? []));
    const next: StepState[] = [];
    for (const step of wave) {
      const verdict = judge(step, { lookup, last: last.get(step.node.id), estimate });
      explained.set(step, verdict);
      if (verdict.verdict !== 'hit') continue;
      for (const below of step.dependents) {
        below.waiting -= 1;
        if (isOpen(below)) next.push(below);
      }
    }
    wave = next;
  }
  return [...steps.values()].map((step) => {
    const judged = explained.get(step);
    if (judged !== undefined) return judged;
    const { id, definition } = step.node;
    return { node: id, type: definition.type, verdict: 'unknown', ...estimate(step) };
  });
}

type Estimate = (step: StepState) => { readonly estimatedMs?: number };

function judge(
  step: StepState,
  known: { lookup: ActionLookup; last: StepSummary | undefined; estimate: Estimate },
): ExplainedStep {
  const { id: node, definition } = step.node;
  const key = step.key;
  const base = { node, type: definition.type };
  if (key === undefined) return { ...base, verdict: 'unknown' };
  const keyed = { ...base, cacheKey: key.value, parts: key.parts };
  const found = known.lookup.known(key.value);
  if (definition.caching !== 'volatile' && found !== undefined && found !== 'evicted') {
    step.outputs = found.outputs;
    return { ...keyed, verdict: 'hit', ...(found.from === undefined ? {} : { from: found.from }) };
  }
  const reason = reasonFor(step, known.last);
  return { ...keyed, verdict: 'miss', reason, ...known.estimate(step) };
}

/** Estimates from what the node took the last time, else from the mean of its type in this file. */
function estimator(
  last: ReadonlyMap<string, StepSummary>,
  recorded: (key: string) => number | undefined,
): Estimate {
  const byNode = new Map<string, number>();
  const byType = new Map<string, { sum: number; count: number }>();
  for (const [node, step] of last) {
    const ran = step.status === 'succeeded' ? step.ms : undefined;
    const ms = ran ?? (step.cacheKey === undefined ? undefined : recorded(step.cacheKey));
    if (ms === undefined) continue;
    byNode.set(node, ms);
    const type = byType.get(step.type) ?? { sum: 0, count: 0 };
    byType.set(step.type, { sum: type.sum + ms, count: type.count + 1 });
  }
  return ({ node }) => {
    const type = byType.get(node.definition.type);
    const ms = byNode.get(node.id) ?? (type === undefined ? undefined : type.sum / type.count);
    return ms === undefined ? {} : { estimatedMs: Math.round(ms) };
  };
}
