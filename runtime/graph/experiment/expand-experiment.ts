import { GraphError, type Problem } from '../base/errors.ts';
import { own } from '../base/record.ts';
import type { Arm } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import { formatSettingName } from '../format/setting-name.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { Registry } from '../types/node-type.ts';
import { applyArm } from './apply-arm.ts';
import { checkExperiment, experimentNamed } from './check-experiment.ts';
import { savedVariant, type ExperimentPlan, type Variant } from './experiment-plan.ts';
import type { GraphLookup } from '../plan/graph-library.ts';
import { nameInGraph } from '../plan/node-name.ts';
import { planVariant, type PlannedVariant } from './plan-variant.ts';
import { requireCount } from './variant-count.ts';
import { variantSettings, type VariantSettings } from './variant-settings.ts';

export interface ExpandContext {
  readonly registry: Registry;
  readonly models: ModelLookup;
  /** File name for locations. */
  readonly file?: string;
  /** Graph files that the graph may use. */
  readonly graphs?: GraphLookup;
}

/**
 * Expands an experiment of a graph file into its variants. Throws a GraphError with all problems of the experiment
 * itself, each at its location (`experiments.sizes.vary.chunk.size`), and `too-large` before it expands anything. An
 * invalid variant is no such problem: it carries its own, unless all variants or the baseline are invalid.
 */
export function expandExperiment(
  written: Graph,
  name: string,
  context: ExpandContext,
): ExperimentPlan {
  const field = `experiments.${name}`;
  try {
    // Counts by the lists as written: an oversized experiment has too many variants to build.
    requireCount(experimentNamed(written, name), field);
    return expand(migrateAll(written, context.registry).graph, name, context);
  } catch (thrown) {
    const error = GraphError.from(thrown);
    // A problem with several parts already locates each.
    if (error.problems.length > 1) throw error;
    const { file } = context;
    throw GraphError.from(error, file === undefined ? { field } : { file, field });
  }
}

function expand(graph: Graph, name: string, context: ExpandContext): ExperimentPlan {
  const field = `experiments.${name}`;
  const experiment = experimentNamed(graph, name);
  const { metrics, lower, prefer, seeds, race, limitMs } = checkExperiment(graph, name, context);
  const only = [...new Set(metrics.map(({ node }) => node))];
  const whole = { ...context, only, seed: seeds[0] };
  const part = race && { of: metrics, share: 1 / race.looks };
  const planContext = { ...whole, part };

  const nameOf = (path: string): string => nameInGraph(path, graph, context);
  const saved = planVariant(graph, planContext);
  const [problem] = saved.problems;
  if (part !== undefined && problem !== undefined) {
    requireParts(planVariant(graph, whole), { problem, metrics, field, nameOf });
  }
  requireSteps(metrics, saved, { field, nameOf });
  const settings = variantSettings(experiment);
  const keys = settingKeys(settings);
  const made = settings.map((setting) =>
    madeVariant({ graph, setting, field }, { keys, planContext }),
  );
  requireEffect(Object.keys(experiment.vary ?? {}), saved, { field, nameOf });
  const twin = made.find(
    ({ planned }) => planned?.text !== undefined && planned.text === saved.text,
  );
  const chosen = experiment.baseline;
  const isKnown = chosen === undefined || made.some(({ variant }) => variant.name === chosen);
  if (!isKnown && chosen !== savedVariant) {
    const names = made
      .map(({ variant }) => `"${variant.name}"`)
      .slice(0, 20)
      .join(', ');
    throw new GraphError(
      'bad-input',
      `There is no variant "${chosen}" to use as the baseline. Choose among ${names}. Without "baseline", the saved graph is the baseline.`,
      { location: { field: `${field}.baseline` } },
    );
  }
  const baseline =
    chosen !== undefined && chosen !== savedVariant ? chosen : (twin?.variant.name ?? savedVariant);
  const asSaved: Variant = {
    name: savedVariant,
    settings: settingsOf(graph, { keys, arm: {} }, context.registry),
    graph,
    problems: saved.problems,
  };
  const others = made.map(({ variant }) => variant);
  const variants = baseline === savedVariant ? [asSaved, ...others] : others;
  requireRunnable(variants, baseline);
  return {
    ...{ name, variants, baseline, seeds, metrics, lower, only },
    ...(prefer === undefined ? {} : { prefer }),
    ...(race === undefined ? {} : { race }),
    ...(limitMs === undefined ? {} : { limitMs }),
  };
}

/** Location of an experiment, and the names of nodes for people. */
interface Naming {
  readonly field: string;
  readonly nameOf: (path: string) => string;
}

/**
 * A race must be able to cut the items of its metrics: `problem` says why a part could not be planned. Problems of the
 * `whole` file are reported elsewhere.
 */
function requireParts(
  whole: PlannedVariant,
  {
    problem,
    metrics,
    ...naming
  }: Pick<ExperimentPlan, 'metrics'> & Naming & { readonly problem: Problem },
): void {
  if (whole.problems.length > 0) return;
  requireSteps(metrics, whole, naming);
  throw GraphError.fromProblem({
    ...problem,
    message: `This experiment cannot race. ${problem.message}`,
    location: { ...problem.location, field: `${naming.field}.race` },
  });
}

/** A loop makes a new step of its node in each round, but a metric belongs to one step. */
function requireSteps(
  metrics: ExperimentPlan['metrics'],
  { nodes }: PlannedVariant,
  { field, nameOf }: Naming,
): void {
  for (const [at, { node }] of metrics.entries()) {
    if (nodes === undefined || nodes.includes(node)) continue;
    const loop = nodes.find((id) => node.startsWith(`${id}/`));
    const message =
      loop === undefined
        ? `${nameOf(node)} does not run. Name a node that runs.`
        : `${nameOf(node)} runs in each round of ${nameOf(loop)}. Name an output of that loop that gives the metrics, or a node after it.`;
    throw new GraphError('bad-input', message, { location: { field: `${field}.metrics.${at}` } });
  }
}

/** Refuses settings that no metric depends on. */
function requireEffect(
  keys: readonly string[],
  { nodes }: PlannedVariant,
  { field, nameOf }: Naming,
): void {
  for (const key of keys) {
    const [id = ''] = key.split('.');
    const isNeeded = nodes?.some((node) => node === id || node.startsWith(`${id}/`));
    if (isNeeded !== false) continue;
    const message = `No metric depends on ${nameOf(id)}, so all variants would be the same. Vary another parameter, or choose other metrics.`;
    throw new GraphError('bad-input', message, { location: { field: `${field}.vary.${key}` } });
  }
}

interface MadeVariant {
  readonly variant: Variant;
  readonly planned?: PlannedVariant;
}

function madeVariant(
  { graph, setting, field }: { graph: Graph; setting: VariantSettings; field: string },
  {
    keys,
    planContext,
  }: { keys: readonly string[]; planContext: Parameters<typeof planVariant>[1] },
): MadeVariant {
  const { name, arm } = setting;
  const place = `${field}.${setting.field}`;
  const { registry } = planContext;
  let applied: Graph;
  try {
    applied = applyArm(graph, arm, setting.field);
  } catch (thrown) {
    const error = GraphError.from(thrown);
    const problem = {
      ...error.toProblem(),
      location: { field: `${field}.${error.location.field ?? ''}` },
    };
    // What all variants share is wrong for all.
    if (setting.field === 'vary') throw new GraphError(error.code, error.message, problem);
    const settings = settingsOf(graph, { keys, arm }, registry);
    return { variant: { name, settings, graph, problems: [problem] } };
  }
  const planned = planVariant(applied, planContext);
  const problems = planned.problems.map((problem) => located(problem, { arm, place }));
  const unknown = problems.find(({ code }) => code === 'unknown-param');
  if (setting.field === 'vary' && unknown?.location.field?.startsWith(`${place}.`) === true) {
    throw GraphError.fromProblem(unknown);
  }
  const settings = settingsOf(applied, { keys, arm }, registry);
  return { variant: { name, settings, graph: applied, problems }, planned };
}

/** A problem of a variant, with the setting that caused it, if known. */
function located(problem: Problem, { arm, place }: { arm: Arm; place: string }): Problem {
  const { node, param } = problem.location;
  const key =
    node === undefined || param === undefined ? undefined : formatSettingName({ node, param });
  const isSet = key !== undefined && Object.hasOwn(arm.set ?? {}, key);
  const field = !isSet
    ? place
    : place.endsWith('.vary')
      ? `${place}.${key}`
      : `${place}.set.${key}`;
  return { ...problem, location: { ...problem.location, field } };
}

/** Names of everything that any variant sets, bypasses or replaces. */
function settingKeys(settings: readonly VariantSettings[]): readonly string[] {
  const keys = new Set<string>();
  for (const { arm } of settings) {
    for (const key of Object.keys(arm.set ?? {})) keys.add(key);
    for (const key of [...Object.keys(arm.replace ?? {}), ...(arm.bypass ?? [])]) keys.add(key);
  }
  return [...keys];
}

/** Values of the named settings in a graph: from the file, or the defaults. */
function settingsOf(
  graph: Graph,
  { keys, arm }: { keys: readonly string[]; arm: Arm },
  registry: Registry,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of keys) {
    const dot = key.indexOf('.');
    const node = own(graph.nodes, dot === -1 ? key : key.slice(0, dot));
    if (node === undefined) continue;
    if (dot === -1) {
      settings[key] = arm.bypass?.includes(key) === true ? 'off' : node.type;
      continue;
    }
    const param = key.slice(dot + 1);
    const defaults = registry.get(node.type)?.params.safeParse({});
    const value =
      own(node.params, param) ??
      (defaults?.success === true ? own(defaults.data, param) : undefined);
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}

function requireRunnable(variants: readonly Variant[], baseline: string): void {
  const failed = variants.filter(({ problems }) => problems.length > 0);
  const bad =
    failed.find(({ name }) => name === baseline) ??
    (failed.length === variants.length ? failed[0] : undefined);
  const [first] = bad?.problems ?? [];
  if (bad === undefined || first === undefined) return;
  const what = bad.name === baseline ? `The baseline "${bad.name}"` : 'No variant';
  throw new GraphError(
    first.code,
    `${what} can${bad.name === baseline ? 'not' : ''} run: ${first.message}`,
    { location: first.location, problems: bad.problems },
  );
}
