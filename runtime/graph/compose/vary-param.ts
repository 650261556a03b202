import { own } from '../base/record.ts';
import type { Experiment } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import { reachable } from '../format/reachable.ts';
import { formatMetricName, formatSettingName, type SettingName } from '../format/setting-name.ts';
import { Metrics } from '../types/metrics.ts';
import type { Registry } from '../types/node-type.ts';
import { freeId } from '../base/free-id.ts';

/** What an experiment is called that is made for the values of a parameter. */
const sweep = 'sweep';

/** Several values of a parameter, and the experiment that tries them. */
export interface VariedParam {
  readonly experiment: string;
  readonly values: readonly unknown[];
}

/** Where a parameter is varied: in the experiment that is `preferred`, else in the first that does. */
export function variedParam(
  { experiments = {} }: Graph,
  setting: SettingName,
  preferred?: string,
): VariedParam | undefined {
  const key = formatSettingName(setting);
  const names = Object.keys(experiments);
  const ordered = preferred === undefined ? names : [preferred, ...names];
  for (const experiment of ordered) {
    const values = own(own(experiments, experiment)?.vary ?? {}, key);
    if (values !== undefined) return { experiment, values };
  }
  return undefined;
}

/**
 * Varies a parameter: in the experiment that varies it already, else in one that varies others as a grid, `preferred`
 * first, else in a new one by the first metric of each node below that measures something.
 */
export function varyParam(
  graph: Graph,
  setting: SettingName,
  choice: {
    readonly values: readonly unknown[];
    readonly registry: Registry;
    readonly preferred?: string;
  },
): Graph {
  const { values, registry, preferred } = choice;
  const { experiments = {} } = graph;
  const takes = ({ arms, mode }: Experiment): boolean => arms === undefined && mode !== 'list';
  const names = Object.keys(experiments);
  const name =
    variedParam(graph, setting, preferred)?.experiment ??
    [preferred ?? '', ...names].find((one) => {
      const experiment = own(experiments, one);
      return experiment !== undefined && takes(experiment);
    }) ??
    freeId(sweep, (one) => Object.hasOwn(experiments, one));
  const experiment = own(experiments, name) ?? { metrics: metricsBelow(graph, setting, registry) };
  const vary = { ...experiment.vary, [formatSettingName(setting)]: values };
  return { ...graph, experiments: { ...experiments, [name]: { ...experiment, vary } } };
}

/** Lets a parameter have one value again. An experiment that was made for values and has none left goes. */
export function unvaryParam(graph: Graph, setting: SettingName, name: string): Graph {
  const { experiments = {}, ...rest } = graph;
  const experiment = own(experiments, name);
  if (experiment === undefined) return graph;
  const { vary = {}, metrics, ...others } = experiment;
  const { [formatSettingName(setting)]: _values, ...left } = vary;
  const isEmpty = Object.keys(left).length === 0;
  const wasMade = name.startsWith(sweep) && Object.keys(others).length === 0;
  const { [name]: _experiment, ...kept } = experiments;
  if (isEmpty && wasMade) {
    return Object.keys(kept).length === 0 ? rest : { ...rest, experiments: kept };
  }
  const changed: Experiment = {
    ...others,
    ...(isEmpty ? {} : { vary: left }),
    ...(metrics === undefined ? {} : { metrics }),
  };
  return { ...rest, experiments: { ...experiments, [name]: changed } };
}

/** Of each node that a node's results come to, the first of the metrics that it gives. */
function metricsBelow(
  { nodes, edges }: Graph,
  { node }: SettingName,
  registry: Registry,
): string[] {
  return [...reachable(edges, [node], 'after')].flatMap((id) => {
    const one = own(nodes, id);
    const definition = one === undefined ? undefined : registry.get(one.type);
    const params = definition?.params.safeParse(one?.params).data;
    const [metric] = params === undefined ? [] : (definition?.metrics?.(params) ?? []);
    const port = Object.entries(definition?.outputs ?? {}).find(
      ([, { type }]) => type.id === Metrics.id,
    );
    if (metric === undefined || port === undefined) return [];
    return [formatMetricName({ node: id, port: port[0], metric })];
  });
}
