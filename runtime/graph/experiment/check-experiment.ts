import { GraphError, type GraphErrorCode, type Problem } from '../base/errors.ts';
import { sameJson } from '../base/canonical-json.ts';
import { suggestion } from '../base/message-words.ts';
import { own, sortedKeys } from '../base/record.ts';
import type { Experiment } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import { parseMetricName, type MetricName } from '../format/setting-name.ts';
import { savedVariant, type RacePlan } from './experiment-plan.ts';
import type { InterfaceContext } from '../plan/body-interface.ts';
import { GraphLibrary, type LibraryContext } from '../plan/graph-library.ts';
import { takesSeed } from '../plan/node-draft.ts';
import { nodeName } from '../plan/node-name.ts';
import { knownMetric } from '../metrics/metric.ts';
import { usesGraph, type Registry } from '../types/node-type.ts';
import { Metrics } from '../metrics/metrics.ts';
import { portPhrase } from '../rows/port-type.ts';
import { shapedType } from '../types/shaped-type.ts';

/** Parts of an experiment that do not depend on its variants. */
export interface CheckedExperiment {
  readonly metrics: readonly MetricName[];
  readonly seeds: readonly (number | undefined)[];
  /** Metrics that the file declares as lower is better, as `node.port:metric`. */
  readonly lower: readonly string[];
  readonly prefer?: readonly string[];
  readonly race?: RacePlan;
  readonly limitMs?: number;
}

/** Throws `bad-input` if the experiment does not exist. */
export function experimentNamed(graph: Graph, name: string): Experiment {
  const experiment = own(graph.experiments ?? {}, name);
  if (experiment !== undefined) return experiment;
  const names = sortedKeys(graph.experiments ?? {});
  const known =
    names.length === 0
      ? ' The file has no experiments. Add one under "experiments".'
      : suggestion(name, names) || ` There are: ${names.map((known) => `"${known}"`).join(', ')}.`;
  throw new GraphError('bad-input', `There is no experiment "${name}".${known}`);
}

/** Throws one GraphError with every problem of the experiment's definition. */
export function checkExperiment(
  graph: Graph,
  name: string,
  context: LibraryContext,
): CheckedExperiment {
  const { registry, file } = context;
  const experiment = experimentNamed(graph, name);
  const problems: Problem[] = [];
  const report = (code: GraphErrorCode, message: string, field: string): void => {
    const at = field === '' ? `experiments.${name}` : `experiments.${name}.${field}`;
    const location = { ...(file === undefined ? {} : { file }), field: at };
    problems.push({ code, message, location, audience: 'user' });
  };
  checkVariants(experiment, report);
  const library = new GraphLibrary(graph, context);
  const graphs = library.lookup(library.root);
  const metrics = (experiment.metrics ?? []).flatMap(
    (text, at) => checkMetric({ graph, text, at }, { registry, graphs }, report) ?? [],
  );
  if ((experiment.metrics ?? []).length === 0) {
    report(
      'bad-input',
      'The experiment names no metric to compare. Add a node that measures, such as "Evaluate" or "Score hits", and name its metrics: "metrics": ["score.metrics:recall@3"].',
      'metrics',
    );
  }
  const twice = experiment.metrics?.find((text, at, all) => all.indexOf(text) < at);
  if (twice !== undefined)
    report('bad-input', `The metric "${twice}" is listed twice. Remove one of them.`, 'metrics');
  checkLower(experiment, report);
  checkPreferred(experiment, report);
  const seeds = experiment.seeds ?? [];
  if (seeds.length > 0) checkSeeds({ graph, experiment }, registry, report);
  const [first] = problems;
  if (first !== undefined) {
    throw new GraphError(first.code, first.message, { location: first.location, problems });
  }
  const minutes = experiment.limit?.minutes;
  return {
    ...{ metrics, lower: experiment.lower ?? [] },
    ...(experiment.prefer === undefined ? {} : { prefer: experiment.prefer }),
    ...(experiment.race === undefined ? {} : { race: racePlan(experiment.race) }),
    seeds: seeds.length === 0 ? [undefined] : seeds,
    ...(minutes === undefined ? {} : { limitMs: minutes * 60_000 }),
  };
}

/** Six looks and an error of 5 %, unless the file says otherwise. */
function racePlan(race: NonNullable<Experiment['race']>): RacePlan {
  const { looks = 6, error = 0.05 } = race === true ? {} : race;
  return { looks, error };
}

type Report = (code: GraphErrorCode, message: string, field: string) => void;

function checkVariants({ vary = {}, arms = {}, mode }: Experiment, report: Report): void {
  const keys = sortedKeys(vary);
  if (keys.length === 0 && Object.keys(arms).length === 0) {
    report(
      'bad-input',
      'The experiment has nothing to compare. Add "vary": { "node.param": [values] }, or named "arms".',
      '',
    );
  }
  if (keys.length > 0 && Object.keys(arms).length > 0) {
    report(
      'bad-input',
      'The experiment has both "vary" and "arms". Keep one of them, or make two experiments.',
      'arms',
    );
  }
  if (Object.hasOwn(arms, savedVariant)) {
    report(
      'bad-input',
      `"${savedVariant}" names the saved graph, which runs beside the arms. Rename this arm.`,
      `arms.${savedVariant}`,
    );
  }
  for (const key of keys) {
    const values = vary[key] ?? [];
    if (values.length === 0)
      report('bad-input', 'The list of values is empty. Add values to try.', `vary.${key}`);
    const twice = values.find((value, at) =>
      values.slice(0, at).some((other) => sameJson(other, value)),
    );
    if (twice !== undefined && mode !== 'list') {
      report(
        'bad-input',
        `The value ${JSON.stringify(twice)} is listed twice. Remove one of them.`,
        `vary.${key}`,
      );
    }
  }
  const lengths = keys.map((key) => vary[key]?.length ?? 0);
  if (mode === 'list' && new Set(lengths).size > 1) {
    report(
      'bad-input',
      `The mode "list" needs the same number of values for each parameter, but they have ${lengths.join(', ')}.`,
      'vary',
    );
  }
}

function checkMetric(
  { graph, text, at }: { graph: Graph; text: string; at: number },
  { registry, graphs }: InterfaceContext,
  report: Report,
): MetricName | undefined {
  const field = `metrics.${String(at)}`;
  const name = parseMetricName(text);
  if (name === undefined) {
    report(
      'bad-input',
      `"${text}" is not a metric. Write it as "node.port:metric", for example "score.metrics:recall@3".`,
      field,
    );
    return undefined;
  }
  // Nodes within subgraphs have paths; only the plan knows them.
  if (name.node.includes('/')) return name;
  const node = own(graph.nodes, name.node);
  if (node === undefined) {
    const hint = suggestion(name.node, Object.keys(graph.nodes));
    report('unknown-node', `There is no node "${name.node}" in the graph.${hint}`, field);
    return undefined;
  }
  const definition = registry.get(node.type);
  if (definition === undefined) return name;
  if (definition.structure === 'graph') {
    const message = `${nodeName(graph, name.node, registry)} is a subgraph. Name the node in it that gives the metrics: "${name.node}/NODE.PORT:${name.metric}".`;
    report('bad-input', message, field);
    return undefined;
  }
  const { outputs } = shapedType(definition, node.params, graphs);
  const output = own(outputs, name.port);
  if (output?.type.id === Metrics.id) return name;
  const given = Object.keys(outputs).filter((port) => outputs[port]?.type.id === Metrics.id);
  const what =
    output === undefined
      ? `"${node.type}" has no output "${name.port}".`
      : `The output "${name.port}" gives ${portPhrase(output.type)}, not metrics.`;
  const hint = given.length === 0 ? '' : ` Use "${given.join('", "')}".`;
  report(output === undefined ? 'unknown-port' : 'type-mismatch', `${what}${hint}`, field);
  return undefined;
}

function checkLower({ metrics = [], lower = [] }: Experiment, report: Report): void {
  for (const [at, text] of lower.entries()) {
    const known = knownMetric(parseMetricName(text)?.metric ?? '');
    if (!metrics.includes(text)) {
      const hint = suggestion(text, metrics);
      report(
        'bad-input',
        `"${text}" is not among the metrics of this experiment.${hint}`,
        `lower.${String(at)}`,
      );
    } else if (known?.direction === 'higher') {
      report(
        'bad-input',
        `More is better for "${known.name}". Remove it from "lower".`,
        `lower.${String(at)}`,
      );
    }
  }
}

function checkPreferred({ prefer, arms = {}, baseline }: Experiment, report: Report): void {
  if (prefer === undefined) return;
  if (prefer.every((name) => name === baseline)) {
    report(
      'bad-input',
      'The experiment prefers no arm besides the baseline. Name the arms to recommend among, or remove "prefer".',
      'prefer',
    );
  }
  for (const [at, name] of prefer.entries()) {
    const field = `prefer.${String(at)}`;
    if (!Object.hasOwn(arms, name)) {
      const hint = suggestion(name, Object.keys(arms));
      report('bad-input', `There is no arm "${name}" to recommend.${hint}`, field);
    } else if (prefer.indexOf(name) < at) {
      report('bad-input', `"${name}" is listed twice. Remove one of them.`, field);
    }
  }
}

function checkSeeds(
  { graph, experiment }: { graph: Graph; experiment: Experiment },
  registry: Registry,
  report: Report,
): void {
  const { seeds = [], vary = {}, arms = {} } = experiment;
  if (new Set(seeds).size < seeds.length)
    report('bad-input', 'A seed is listed twice. Remove one of them.', 'seeds');
  const replacing = Object.values(arms).flatMap(({ replace }) => Object.values(replace ?? {}));
  const seeded = [...Object.values(graph.nodes), ...replacing].some(({ type }) => {
    const definition = registry.get(type);
    return definition !== undefined && takesSeed(definition);
  });
  // Does not look into subgraphs.
  const opaque = Object.values(graph.nodes).some(({ type }) => usesGraph(registry.get(type) ?? {}));
  if (!seeded && !opaque) {
    report(
      'bad-input',
      'No node of the graph takes a seed, so all repeats would be the same. Remove "seeds".',
      'seeds',
    );
  }
  const set = [
    ...Object.keys(vary).map((key) => [key, `vary.${key}`] as const),
    ...Object.entries(arms).flatMap(([arm, { set: settings }]) =>
      Object.keys(settings ?? {}).map((key) => [key, `arms.${arm}.set.${key}`] as const),
    ),
  ];
  for (const [key, field] of set) {
    if (!key.endsWith('.seed')) continue;
    report(
      'bad-input',
      'The experiment’s "seeds" would replace this seed. Keep one of the two.',
      field,
    );
  }
}
