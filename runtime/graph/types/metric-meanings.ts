import { own } from '../base/record.ts';
import type { Registry } from './node-type.ts';

/** The meaning of each metric, a sentence, by its name without `@k`. */
export type MetricMeanings = Readonly<Record<string, string>>;

const common = new WeakMap<Registry, MetricMeanings>();

/**
 * Meanings of a node's metrics: its own or, if it passes on others' metrics, those of all node types. If these disagree
 * on a name, lists each with its node's title, one a line.
 */
export function metricMeanings(registry: Registry, type: string): MetricMeanings {
  const known = registry.get(type)?.meanings ?? common.get(registry);
  if (known !== undefined) return known;
  const byName = new Map<string, Map<string, string[]>>();
  for (const { title, meanings = {} } of registry.values()) {
    for (const [name, meaning] of Object.entries(meanings)) {
      const all = byName.get(name) ?? new Map<string, string[]>();
      byName.set(name, all.set(meaning, [...(all.get(meaning) ?? []), title]));
    }
  }
  const shared = Object.fromEntries(
    Array.from(byName, ([name, all]) => [
      name,
      all.size === 1
        ? [...all.keys()].join('')
        : Array.from(all, ([meaning, titles]) => `${titles.join(', ')}: ${meaning}`).join('\n'),
    ]),
  );
  common.set(registry, shared);
  return shared;
}

/** The meaning of a metric, by its name with or without `@k`; undefined if unknown. */
export function metricMeaning(meanings: MetricMeanings, name: string): string | undefined {
  return own(meanings, name) ?? own(meanings, name.replace(/@\d+$/, ''));
}
