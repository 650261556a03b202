import {
  parseMetricName,
  parseSettingName,
  type EvidenceTable,
  type Graph,
  type TableRow,
} from '@graft/graph';
import { tableMetricWords } from '@graft/nodes/kit/ui';
import { placeOf, paramTitle, stepTitle } from '@graft/view';

/** What a metric that an experiment compares is called: `score.metrics:rougeL` → "ROUGE-L of Evaluate". */
export function metricName(address: string, graph: Graph): string {
  const at = parseMetricName(address);
  return at === undefined
    ? address
    : tableMetricWords(`${at.metric} of ${at.node}.${at.port}`, (path) => stepTitle(path, graph));
}

/** What a setting is called: `cut.size` → "Chunk · size"; as it is written where its node is not there. */
export function settingName(address: string, graph: Graph): string {
  const param = saidParam(address, graph);
  const node = parseSettingName(address)?.node;
  return param === undefined || node === undefined
    ? address
    : `${stepTitle(node, graph)} · ${param}`;
}

function saidParam(address: string, graph: Graph): string | undefined {
  const at = parseSettingName(address);
  const node = at === undefined ? undefined : placeOf(graph, at.node)?.node;
  return at === undefined || node === undefined ? undefined : paramTitle(node, at.param);
}

/** What a variant is called: `maxTokens=64, cut.size=9`, as it is named by what is varied → "max tokens = 64, Chunk · size = 9". */
export function variantName(name: string, varied: readonly string[], graph: Graph): string {
  let suffix = `, ${name}`;
  for (const address of varied) {
    const param = saidParam(address, graph);
    if (param === undefined) continue;
    const short = parseSettingName(address)?.param ?? address;
    suffix = suffix
      .replace(`, ${address}=`, () => `, ${settingName(address, graph)} = `)
      .replace(`, ${short}=`, () => `, ${param} = `);
  }
  return suffix.slice(2);
}

/** Why a variant gave nothing, with the nodes and variants that it names called as on the screen. */
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

/** A table whose variants are called as on the screen, and which one is called so. */
export function inVariantNames(
  table: EvidenceTable,
  title: (variant: string) => string,
): { readonly table: EvidenceTable; readonly variantOf: (title: string) => string } {
  const names = table.rows.map(({ variant }) => variant);
  const own = new Map(names.map((name) => [title(name), name]));
  // Two that would be called the same keep their names.
  if (own.size < names.length) return { table, variantOf: (name) => name };
  return {
    table: {
      ...table,
      baseline: title(table.baseline),
      rows: table.rows.map((row) => ({ ...row, variant: title(row.variant) })),
    },
    variantOf: (name) => own.get(name) ?? name,
  };
}
