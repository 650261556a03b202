import { own } from '../base/record.ts';
import type { Registry } from './node-type.ts';

/** What metrics say, in a sentence each, by their names without `@k`. */
export type MetricMeanings = Readonly<Record<string, string>>;

const common = new WeakMap<Registry, MetricMeanings>();

/**
 * What the metrics of a node say: its own, or, of one that hands on what others gave, those of all node types. Where these
 * mean different things by a name, each is told with its node's title, a line each.
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

/** What one says, by its name with or without its `@k`; undefined where nobody has said. */
export function metricMeaning(meanings: MetricMeanings, name: string): string | undefined {
  return own(meanings, name) ?? own(meanings, name.replace(/@\d+$/, ''));
}
