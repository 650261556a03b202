import {
  experimentWords,
  parseMetricName,
  parseSettingName,
  tableMetricWords,
  type ExperimentWords,
  type Graph,
  type TableRow,
} from '@graft/graph';
import { paramTitle, placeOf, shapeOf, stepTitle } from '@graft/view';

/** The title of a metric that an experiment compares: `score.metrics:rougeL` → "ROUGE-L of Evaluate". */
export function metricName(address: string, graph: Graph): string {
  const at = parseMetricName(address);
  return at === undefined
    ? address
    : tableMetricWords(`${at.metric} of ${at.node}.${at.port}`, (path) => stepTitle(path, graph));
}

/** The title of a setting: `cut.size` → "Chunk · size"; as written if its node is missing. */
export function settingName(address: string, graph: Graph): string {
  const at = parseSettingName(address);
  const node = at === undefined ? undefined : placeOf(graph, at.node)?.node;
  return at === undefined || node === undefined
    ? address
    : `${stepTitle(at.node, graph)} · ${paramTitle(node, at.param)}`;
}

/** What the variants of an experiment of the open file are called. */
export const shownWords = (graph: Graph, experiment: string): ExperimentWords =>
  experimentWords(graph, experiment, shapeOf);

/** Why a variant failed, with the titles of the nodes and variants that the message names. */
export function problemInNames(
  { problem, named = [] }: Pick<TableRow, 'problem' | 'named'>,
  graph: Graph,
  title: (variant: string) => string,
): string | undefined {
  return named.reduce((sentence, { text, node, variant }) => {
    const name = node === undefined ? title(variant ?? text) : stepTitle(node, graph);
    return name === node ? sentence : sentence?.replace(text, () => `“${name}”`);
  }, problem);
}
