import {
  type Chunk,
  globMatcher,
  type HitScores,
  type Metadata,
  type ParamsOf,
} from '@graft/graph';
import { commonLines, countWords } from './boilerplate.ts';
import { isDay, type rerank } from './node.ts';
import { partFactor } from './part-factor.ts';

/** From 0 to 1, more is better; a part without weight, or unknown, is absent. */
export type QualityParts = Pick<HitScores, 'length' | 'content' | 'trust' | 'freshness'> & {
  /** Factor of all parts together; 1 without any. */
  readonly quality: number;
};

const day = 24 * 60 * 60 * 1000;

/** Trust in a path, from 0 to 1. */
export type TrustOf = (path: string) => number;

/** Uses the longest matching glob. Build it once for all hits. */
export function trustOf({ trust }: Pick<ParamsOf<typeof rerank>, 'trust'>): TrustOf {
  const globs = Object.entries(trust)
    .sort(([a], [b]) => b.length - a.length)
    .map(([glob, value]) => ({ matches: globMatcher(glob), value }));
  return (path) => globs.find(({ matches }) => matches(path))?.value ?? 1;
}

/** Quality of each hit of one list, apart from its topic. `today` in milliseconds. */
export function hitQuality(
  chunks: readonly Chunk[],
  params: ParamsOf<typeof rerank>,
  { today, trust }: { readonly today: number; readonly trust: TrustOf },
): QualityParts[] {
  const common = commonLines(chunks.map(({ source, text }) => ({ path: source.path, text })));
  return chunks.map(({ text, source, metadata }) => {
    const { own, all } = countWords(text, common);
    const date = dateOf(metadata, params.dates);
    const parts = {
      length: [Math.min(1, own / params.words), params.lengthWeight],
      content: [all === 0 ? 0 : own / all, params.contentWeight],
      trust: [trust(source.path), params.trustWeight],
      freshness:
        date === undefined ? undefined : [freshness(today - date, params), params.freshnessWeight],
    } as const;
    const counted = Object.entries(parts).flatMap(([name, part]) =>
      part === undefined || part[1] === 0 ? [] : [{ name, value: part[0], weight: part[1] }],
    );
    return {
      ...Object.fromEntries(counted.map(({ name, value }) => [name, value])),
      quality: counted.reduce(
        (product, { value, weight }) =>
          product * partFactor(value, { quality: params.quality, weight }),
        1,
      ),
    };
  });
}

/** Future dates are as fresh as possible. `age` in milliseconds. */
function freshness(age: number, { halfLife }: Pick<ParamsOf<typeof rerank>, 'halfLife'>): number {
  return 0.5 ** (Math.max(0, age) / day / halfLife);
}

/** The first named field with a date, the last of several; undefined if none has one. */
function dateOf(metadata: Metadata, names: readonly string[]): number | undefined {
  for (const name of names) {
    const dates = String(metadata[name] ?? '').split(', ');
    const times = dates.flatMap((date) => timeOf(date.trim()) ?? []);
    if (times.length > 0) return times.at(-1);
  }
  return undefined;
}

const clockAndZone =
  /[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?:(Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)?$/i;

/** Reads `2026-03-01`, with or without a time, `2026-03` or `2026`. A time without a zone is UTC, on every machine. */
function timeOf(text: string): number | undefined {
  const date = /^\d{4}(?:-\d{2}(?:-\d{2})?)?/.exec(text)?.[0] ?? '';
  const rest = text.slice(date.length);
  const [all = '', clock = '', , hours, minutes = '00'] = clockAndZone.exec(rest) ?? [];
  if (!isDay(date) || all !== rest || (all !== '' && date.length < 10)) return undefined;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const stamp = Date.parse(all === '' ? date : `${date}T${clock}${zone}`);
  return Number.isNaN(stamp) ? undefined : stamp;
}
