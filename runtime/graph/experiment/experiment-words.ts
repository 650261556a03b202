import type { SettingWords, WordsOfVariant } from '../evidence/variant-words.ts';
import { settingText } from '../evidence/table-text.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode } from '../format/graph-body.ts';
import { parseSettingName } from '../format/setting-name.ts';
import type { EvidenceTable } from '../metrics/evidence-table.ts';
import { paramFields } from '../params/param-fields.ts';
import { factsOf, type NodeType } from '../types/node-type.ts';
import { variantSettings } from './variant-settings.ts';

/** Characters of a text that is a value. */
const longestValue = 40;

/** The type of a node, with its own ports and parameters where these are known. */
type TypeOf = (node: Pick<GraphNode, 'type' | 'params'>) => NodeType | undefined;

export interface ExperimentWords {
  /** The settings of a variant that were varied; undefined if a person named it. */
  readonly settings: WordsOfVariant;
  /** `size 256 tokens, mode hybrid`; its name if a person gave it. */
  readonly variant: (name: string) => string;
}

/** A setting that varies, as its node's definition calls it. */
interface Varied {
  readonly key: string;
  readonly title: string;
  readonly write: (value: unknown) => string;
}

/** What the variants of an experiment are called, by the titles and units of the parameters that it varies. */
export function experimentWords(graph: Graph, experiment: string, typeOf: TypeOf): ExperimentWords {
  const written = own(graph.experiments ?? {}, experiment);
  const keys = Object.entries(written?.vary ?? {});
  const several = keys.filter(([, values]) => values.length > 1);
  const told = (several.length === 0 ? keys : several).map(([key]) => variedOf(key, graph, typeOf));
  const titled = told.map((varied): Varied => {
    const isUnique = told.filter(({ title }) => title === varied.title).length === 1;
    return isUnique
      ? varied
      : { ...varied, title: `${nodeTitle(varied.key, graph, typeOf)} · ${varied.title}` };
  });
  const known = new Map<string, readonly SettingWords[]>();
  for (const { name, arm, field } of written === undefined ? [] : variantSettings(written)) {
    if (field !== 'vary') continue;
    const words = titled.flatMap(({ key, title, write }) => {
      const value = own(arm.set ?? {}, key);
      return value === undefined ? [] : [{ title, value: write(value) }];
    });
    known.set(name, words);
  }
  const settings: WordsOfVariant = (variant) => known.get(variant);
  return {
    settings,
    variant: (name) =>
      known
        .get(name)
        ?.map(({ title, value }) => `${title} ${value}`)
        .join(', ') ?? name,
  };
}

function nodeTitle(key: string, graph: Graph, typeOf: TypeOf): string {
  const id = parseSettingName(key)?.node ?? key;
  const node = own(graph.nodes, id);
  return node === undefined ? id : (node.title ?? typeOf(node)?.title ?? id);
}

function variedOf(key: string, graph: Graph, typeOf: TypeOf): Varied {
  const at = parseSettingName(key);
  const node = at === undefined ? undefined : own(graph.nodes, at.node);
  const type = node === undefined ? undefined : typeOf(node);
  const param = at?.param ?? key;
  const field =
    type === undefined ? undefined : paramFields(type).find(({ name }) => name === param);
  const title = field?.title.toLowerCase() ?? param.replace(/^set\./, '');
  return {
    ...{ key, title },
    write: (value) => {
      if (typeof value !== 'number' || type === undefined || node === undefined) {
        return plainValue(value);
      }
      const facts = factsOf(type, { ...node.params, [param]: value }) ?? [];
      return amount(value, { unit: field?.unit, facts, names: [param, title] });
    },
  };
}

/** A number with its unit. The facts on a node's card may say one that depends on another parameter, as of a chunk's size. */
function amount(
  value: number,
  about: {
    readonly unit: string | undefined;
    readonly facts: readonly (readonly [string, string])[];
    readonly names: readonly string[];
  },
): string {
  const fact = about.facts.find(
    ([name, text]) => about.names.includes(name) && text.startsWith(`${String(value)} `),
  );
  if (fact !== undefined) return fact[1];
  return about.unit === undefined ? String(value) : `${String(value)} ${about.unit}`;
}

function plainValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === null) return 'not set';
  const text = settingText(value).replaceAll(/\s+/g, ' ').trim();
  const short =
    text.length <= longestValue ? text : `${text.slice(0, longestValue - 1).trimEnd()}…`;
  return typeof value === 'string' && /\s|^$/.test(short) ? `“${short}”` : short;
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
