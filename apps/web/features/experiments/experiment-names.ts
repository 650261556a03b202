import {
  parseMetricName,
  parseSettingName,
  type EvidenceTable,
  type Graph,
  type TableRow,
} from '@graft/graph';
import { tableMetricWords } from '@graft/nodes/kit/ui';
import { placeOf, paramTitle, stepTitle } from '@graft/view';

/** The title of a metric that an experiment compares: `score.metrics:rougeL` → "ROUGE-L of Evaluate". */
export function metricName(address: string, graph: Graph): string {
  const at = parseMetricName(address);
  return at === undefined
    ? address
    : tableMetricWords(`${at.metric} of ${at.node}.${at.port}`, (path) => stepTitle(path, graph));
}

/** The title of a setting: `cut.size` → "Chunk · size"; as written if its node is missing. */
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

/** The title of a variant, from what it varies: `maxTokens=64, cut.size=9` → "max tokens = 64, Chunk · size = 9". */
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

/** A table with the titles of variants, and the way back from title to name. */
export function inVariantNames(
  table: EvidenceTable,
  title: (variant: string) => string,
): { readonly table: EvidenceTable; readonly variantOf: (title: string) => string } {
  const names = table.rows.map(({ variant }) => variant);
  const own = new Map(names.map((name) => [title(name), name]));
  // Two variants with the same title keep their names.
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
