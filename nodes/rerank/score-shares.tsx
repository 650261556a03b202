import type { Hit, HitScores, ParamsOf } from '@graft/graph';
import type { ScoreShare } from '../kit/ui/index.ts';
import { isFused, rerank } from './node.ts';
import { partFactor } from './part-factor.ts';

type Params = ParamsOf<typeof rerank>;

/**
 * Contribution of each part to a hit's score, by the parameters; nothing if the score does not follow from these, as in
 * a result from before they changed.
 */
export function scoreShares(
  hit: Hit,
  given: Readonly<Record<string, unknown>>,
): readonly ScoreShare[] {
  const params = rerank.params.safeParse(given).data;
  if (params === undefined) return [];
  return params.quality > 0 ? ofQuality(hit, params) : ofFusion(hit, params);
}

/**
 * A hit with this node's fields: without the earlier rank if it does not rerank, and without parts of an earlier node
 * that no longer affect the score.
 */
export function ownHit(hit: Hit, given: Readonly<Record<string, unknown>>): Hit {
  const params = rerank.params.safeParse(given).data;
  if (params === undefined) return hit;
  const { method, quality } = params;
  if (quality > 0) return method === 'none' ? { ...hit, scores: without(hit, ['rerank']) } : hit;
  const { topic, quality: all } = hit.scores;
  const isQuality = topic !== undefined && all !== undefined && nearly(topic * all, hit.score);
  const scores = isQuality ? hit.scores : without(hit, qualityParts);
  if (method !== 'none') return { ...hit, scores };
  const { before: _before, ...rest } = hit;
  return { ...rest, scores };
}

const qualityParts = ['topic', 'length', 'content', 'trust', 'freshness', 'quality'];

function without({ scores }: Hit, names: readonly string[]): HitScores {
  return Object.fromEntries(Object.entries(scores).filter(([name]) => !names.includes(name)));
}

const nearly = (one: number, other: number): boolean =>
  Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one));

/** Both orders of a fusion: the incoming one, and the model's. */
function ofFusion({ before, score, scores }: Hit, { method, rrf, weight }: Params): ScoreShare[] {
  if (!isFused(method) || before === undefined || scores.rerank === undefined) return [];
  const incoming = 1 / (rrf + before);
  const own = score - incoming;
  const rank = Math.round(weight / own - rrf);
  if (weight === 0 ? !nearly(own, 0) : !nearly(own, weight / (rrf + rank))) return [];
  return [
    { part: 'before', weight: 1, gives: `+${incoming.toFixed(4)}` },
    {
      ...{ part: 'rerank', weight },
      gives: `+${own.toFixed(4)}${weight === 0 ? '' : ` at rank ${rank}`}`,
    },
  ];
}

/** The topic, and what each part of quality removes. */
function ofQuality({ score, scores }: Hit, params: Params): ScoreShare[] {
  const { quality, lengthWeight, contentWeight, trustWeight, freshnessWeight } = params;
  const weights = {
    ...{ length: lengthWeight, content: contentWeight },
    ...{ trust: trustWeight, freshness: freshnessWeight },
  };
  const parts = (['length', 'content', 'trust', 'freshness'] as const).flatMap((part) => {
    const value = scores[part];
    const weight = weights[part];
    if (value === undefined) return [];
    return [{ part, weight, factor: partFactor(value, { quality, weight }) }];
  });
  const product = parts.reduce((all, { factor }) => all * factor, 1);
  const { topic = 0 } = scores;
  if (!nearly(product, scores.quality ?? 0) || !nearly(topic * product, score)) return [];
  return [
    { part: 'topic', gives: topic.toFixed(4) },
    ...parts.map(({ part, weight, factor }) => ({
      ...{ part, weight },
      gives: `× ${factor.toFixed(3)}`,
    })),
    { part: 'quality', gives: `× ${product.toFixed(3)}` },
  ];
}
