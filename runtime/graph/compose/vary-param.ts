import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { Experiment } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import { reachable } from '../format/edge.ts';
import { formatMetricName, formatSettingName, type SettingName } from '../format/setting-name.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { Registry } from '../types/node-type.ts';
import { freeId } from '../base/names.ts';

/** Name of an experiment made to try typed values of parameters. */
const typed = 'values';
/** Its name in files written before December 2026. */
const formerly = 'sweep';

/** Values of a parameter, and the experiment that tries them. */
export interface VariedParam {
  readonly experiment: string;
  readonly values: readonly unknown[];
  /** Whether the experiment was made of typed values and nobody has added anything else to it. */
  readonly isTyped: boolean;
}

const isTyped = (
  name: string,
  { vary: _vary, metrics: _metrics, ...others }: Experiment,
): boolean =>
  (name.startsWith(typed) || name.startsWith(formerly)) && Object.keys(others).length === 0;

/**
 * Where a parameter varies: in the `preferred` experiment, else in one of typed values, else in the first that varies it.
 */
export function variedParam(
  { experiments = {} }: Graph,
  setting: SettingName,
  preferred?: string,
): VariedParam | undefined {
  const key = formatSettingName(setting);
  const found = Object.entries(experiments).flatMap(([name, experiment]): VariedParam[] => {
    const values = own(experiment.vary ?? {}, key);
    return values === undefined
      ? []
      : [{ experiment: name, values, isTyped: isTyped(name, experiment) }];
  });
  return (
    found.find(({ experiment }) => experiment === preferred) ??
    found.find((varied) => varied.isTyped) ??
    found[0]
  );
}

/**
 * Tries values of a parameter in an experiment, by the first metric of each downstream node that measures something. No
 * experiment loses values or gets others than it was written with. An experiment that tries exactly these values is
 * returned unchanged. One of typed values of other parameters (`preferred` first) also gets this one. Other values of
 * the same parameter make a new experiment, unless they `replace` those that are being typed.
 */
export function varyParam(
  graph: Graph,
  setting: SettingName,
  choice: {
    readonly values: readonly unknown[];
    readonly registry: Registry;
    readonly preferred?: string;
    readonly replace?: string | undefined;
  },
): { readonly graph: Graph; readonly experiment: string } {
  const { values, registry, preferred, replace } = choice;
  const { experiments = {} } = graph;
  const key = formatSettingName(setting);
  const tried = Object.entries(experiments).find(([, { vary = {} }]) =>
    sameJson(own(vary, key), values),
  );
  if (tried !== undefined && replace === undefined) return { graph, experiment: tried[0] };
  const ofValues = Object.entries(experiments)
    .filter(([name, experiment]) => isTyped(name, experiment))
    .sort(([a], [b]) => Number(b === preferred) - Number(a === preferred));
  const [joined] = ofValues.filter(([, { vary = {} }]) => !Object.hasOwn(vary, key));
  const [like] = ofValues.filter(([, { vary = {} }]) => Object.hasOwn(vary, key));
  const experiment =
    replace ??
    (like === undefined && joined !== undefined
      ? joined[0]
      : freeId(typed, (candidate) => Object.hasOwn(experiments, candidate)));
  const base = own(experiments, replace ?? '') ??
    like?.[1] ??
    joined?.[1] ?? { metrics: metricsBelow(graph, setting, registry) };
  const made = { ...base, vary: { ...base.vary, [key]: values } };
  return { graph: { ...graph, experiments: { ...experiments, [experiment]: made } }, experiment };
}

/** Makes a parameter constant again. Removes an experiment that was made for values and has none left. */
export function unvaryParam(graph: Graph, setting: SettingName, name: string): Graph {
  const { experiments = {}, ...rest } = graph;
  const experiment = own(experiments, name);
  if (experiment === undefined) return graph;
  const { vary = {}, metrics, ...others } = experiment;
  const { [formatSettingName(setting)]: _values, ...left } = vary;
  const isEmpty = Object.keys(left).length === 0;
  const { [name]: _experiment, ...kept } = experiments;
  if (isEmpty && isTyped(name, experiment)) {
    return Object.keys(kept).length === 0 ? rest : { ...rest, experiments: kept };
  }
  const changed: Experiment = {
    ...others,
    ...(isEmpty ? {} : { vary: left }),
    ...(metrics === undefined ? {} : { metrics }),
  };
  return { ...rest, experiments: { ...experiments, [name]: changed } };
}

/** The first metric of each node downstream of a node. */
function metricsBelow(
  { nodes, edges }: Graph,
  { node }: SettingName,
  registry: Registry,
): string[] {
  return [...reachable(edges, [node], 'after')].flatMap((id) => {
    const downstream = own(nodes, id);
    const definition = downstream === undefined ? undefined : registry.get(downstream.type);
    const params = definition?.params.safeParse(downstream?.params).data;
    const [metric] = params === undefined ? [] : (definition?.metrics?.(params) ?? []);
    const port = Object.entries(definition?.outputs ?? {}).find(
      ([, { type }]) => type.id === Metrics.id,
    );
    if (metric === undefined || port === undefined) return [];
    return [formatMetricName({ node: id, port: port[0], metric })];
  });
}
