import {
  type Chunk,
  globPattern,
  type HitScores,
  type Metadata,
  type ParamsOf,
} from '@graft/graph';
import { plainWords } from '../kit/text/word-pair-sketch.ts';
import { commonLines, contentShare } from './boilerplate.ts';
import type { rerank } from './node.ts';

/** From 0 to 1, the more the better; a part that has no weight, or cannot be told, is absent. */
export type QualityParts = Pick<HitScores, 'length' | 'content' | 'trust' | 'freshness'> & {
  /** Their weighted mean; 1 where there is none. */
  readonly quality: number;
};

const day = 24 * 60 * 60 * 1000;

/** The quality of each hit of one list, beside what it is about. `today` in milliseconds. */
export function hitQuality(
  chunks: readonly Chunk[],
  params: ParamsOf<typeof rerank>,
  today: number,
): QualityParts[] {
  const common = commonLines(chunks.map(({ source, text }) => ({ path: source.path, text })));
  const trusted = Object.entries(params.trust)
    .sort(([one], [other]) => other.length - one.length)
    .map(([glob, value]) => ({ path: new RegExp(`^${globPattern(glob)}$`), value }));
  return chunks.map(({ text, source, metadata }) => {
    const date = dateOf(metadata, params.dates);
    const parts = {
      length: [Math.min(1, plainWords(text).length / params.words), params.lengthWeight],
      content: [contentShare(text, common), params.contentWeight],
      trust: [trusted.find(({ path }) => path.test(source.path))?.value ?? 1, params.trustWeight],
      // What is to come is as fresh as can be.
      freshness:
        date === undefined
          ? undefined
          : [0.5 ** (Math.max(0, today - date) / day / params.halfLife), params.freshnessWeight],
    } as const;
    const told = Object.entries(parts).flatMap(([name, part]) =>
      part === undefined || part[1] === 0 ? [] : [{ name, value: part[0], weight: part[1] }],
    );
    const weights = told.reduce((sum, { weight }) => sum + weight, 0);
    const sum = told.reduce((total, { value, weight }) => total + value * weight, 0);
    return {
      ...Object.fromEntries(told.map(({ name, value }) => [name, value])),
      quality: weights === 0 ? 1 : sum / weights,
    };
  });
}

/** The first of the named that is there: `2026-03-01`, with or without a time, `2026-03` or `2026`; undefined where it is none. */
function dateOf(metadata: Metadata, names: readonly string[]): number | undefined {
  const name = names.find((one) => metadata[one] !== undefined);
  const text = name === undefined ? '' : String(metadata[name] ?? '').trim();
  if (!/^\d{4}(?:-\d{2}(?:-\d{2}(?:[T ].*)?)?)?$/.test(text)) return undefined;
  const time = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : time;
}
