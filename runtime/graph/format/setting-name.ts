/**
 * A parameter of a node, as experiments name it: `chunk.size`. The parameter may contain dots, a node id never does.
 */
export interface SettingName {
  readonly node: string;
  readonly param: string;
}

/** Undefined for an invalid name. */
export function parseSettingName(text: string): SettingName | undefined {
  const dot = text.indexOf('.');
  if (dot <= 0 || dot === text.length - 1) return undefined;
  return { node: text.slice(0, dot), param: text.slice(dot + 1) };
}

export function formatSettingName({ node, param }: SettingName): string {
  return `${node}.${param}`;
}

/** A metric of an output: `score.metrics:recall@3`. */
export interface MetricName {
  readonly node: string;
  readonly port: string;
  readonly metric: string;
}

/** Undefined for an invalid name. */
export function parseMetricName(text: string): MetricName | undefined {
  const colon = text.indexOf(':');
  const at = parseSettingName(text.slice(0, Math.max(0, colon)));
  if (at === undefined || colon === text.length - 1) return undefined;
  return { node: at.node, port: at.param, metric: text.slice(colon + 1) };
}

export function formatMetricName({ node, port, metric }: MetricName): string {
  return `${node}.${port}:${metric}`;
}
