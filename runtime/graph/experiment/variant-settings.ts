import { canonicalJson } from '../base/canonical-json.ts';
import { sortedKeys } from '../base/record.ts';
import type { Arm, Experiment } from '../format/experiment.ts';
import { parseSettingName } from '../format/setting-name.ts';

/** Changes of one variant to the file. */
export interface VariantSettings {
  readonly name: string;
  readonly arm: Arm;
  /** Its position in the file, below the experiment: `vary`, `arms.no reranker`. */
  readonly field: string;
}

const longestValue = 40;

/**
 * The variants of an experiment that passed the count check, in order: the last setting changes fastest. Arms come as the
 * experiment prefers them, then by name.
 */
export function variantSettings(experiment: Experiment): VariantSettings[] {
  const { vary = {}, mode = 'grid', arms = {}, prefer = [] } = experiment;
  const keys = sortedKeys(vary);
  const lists = keys.map((key) => vary[key] ?? []);
  const rows = keys.length === 0 ? [] : mode === 'list' ? together(lists) : combinations(lists);
  const named = nameParts(keys, lists);
  const varied = rows.map((values): VariantSettings => {
    const settings = keys.map((key, at) => [key, values[at]] as const);
    return {
      name: named.map(({ at, label }) => `${label}=${shownValue(values[at])}`).join(', '),
      arm: { set: Object.fromEntries(settings) },
      field: 'vary',
    };
  });
  const rank = (name: string): number =>
    prefer.includes(name) ? prefer.indexOf(name) : prefer.length;
  const names = sortedKeys(arms).toSorted((a, b) => rank(a) - rank(b));
  const armed = names.map((name): VariantSettings => ({
    name,
    arm: arms[name] ?? {},
    field: `arms.${name}`,
  }));
  return withUniqueNames([...varied, ...armed]);
}

/** The settings that a variant's name mentions: those with several values, or all if none has. */
function nameParts(
  keys: readonly string[],
  lists: readonly (readonly unknown[])[],
): { readonly at: number; readonly label: string }[] {
  const several = keys.flatMap((_, at) => ((lists[at]?.length ?? 0) > 1 ? at : []));
  const labelled = several.length === 0 ? keys.map((_, at) => at) : several;
  const params = labelled.map((at) => parseSettingName(keys[at] ?? '')?.param);
  return labelled.map((at, i) => {
    const param = params[i];
    const isUnique = params.filter((other) => other === param).length === 1;
    return { at, label: param !== undefined && isUnique ? param : (keys[at] ?? '') };
  });
}

/** Every combination of one value from each list; none if a list is empty. */
function combinations(lists: readonly (readonly unknown[])[]): unknown[][] {
  if (lists.some((list) => list.length === 0)) return [];
  let rows: unknown[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((value) => [...row, value]));
  return rows;
}

/** The first values of all lists, then the second ones. */
function together(lists: readonly (readonly unknown[])[]): unknown[][] {
  return (lists[0] ?? []).map((_, at) => lists.map((list) => list[at]));
}

function shownValue(value: unknown): string {
  const text =
    typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : canonicalJson(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1).trimEnd()}…`;
}

/** Long values may look alike. The first keeps the name; the others get a number that is free. */
function withUniqueNames(variants: readonly VariantSettings[]): VariantSettings[] {
  const taken = new Set(variants.map(({ name }) => name));
  const used = new Map<string, number>();
  return variants.map((variant) => {
    let number = (used.get(variant.name) ?? 0) + 1;
    const numbered = (): string => `${variant.name} (${String(number)})`;
    while (number > 1 && taken.has(numbered())) number += 1;
    used.set(variant.name, number);
    if (number === 1) return variant;
    taken.add(numbered());
    return { ...variant, name: numbered() };
  });
}
