import type { Hit, HitScores } from '@graft/graph';
import type { ReactNode } from 'react';

/** Contribution of a part to a hit's score. */
export interface ScoreShare {
  /** `before`: the hit's earlier rank. */
  readonly part: keyof HitScores | 'before';
  readonly weight?: number;
  /** Short form: `+0.0161`, `× 0.94`. */
  readonly gives: string;
}

interface Part {
  readonly name: ScoreShare['part'];
  readonly title: string;
  /** Decimals. */
  readonly digits: number;
  readonly meaning: string;
}

/** The parts of scores, in the order of computation. */
const parts: readonly Part[] = [
  {
    ...{ name: 'dense', title: 'dense', digits: 2 },
    meaning: 'How similar question and chunk are in meaning: the cosine of their vectors.',
  },
  {
    ...{ name: 'bm25', title: 'BM25', digits: 1 },
    meaning: 'How many of the question’s words it contains; rare words count more.',
  },
  {
    ...{ name: 'versions', title: 'wordings', digits: 0 },
    meaning: 'The wordings of the question that found it.',
  },
  {
    ...{ name: 'rrf', title: 'RRF', digits: 4 },
    meaning:
      'Reciprocal rank fusion: the sum of 1 / (constant + rank) over the searches that found it.',
  },
  {
    ...{ name: 'before', title: 'rank before', digits: 0 },
    meaning: 'Its rank before.',
  },
  {
    ...{ name: 'rerank', title: 'rerank', digits: 2 },
    meaning:
      'The reranker’s score: the mean cosine of its tokens, a cross-encoder’s score, or the probability of yes.',
  },
  {
    ...{ name: 'topic', title: 'topic', digits: 2 },
    meaning: 'How relevant it is; 1 is the best possible.',
  },
  {
    ...{ name: 'length', title: 'length', digits: 2 },
    meaning: 'Whether it is long enough: its length as a share of the length that is enough.',
  },
  {
    ...{ name: 'content', title: 'content', digits: 2 },
    meaning: 'The share of its words that are not from a menu, a footer or a notice.',
  },
  {
    ...{ name: 'trust', title: 'trust', digits: 2 },
    meaning: 'The trust in its source.',
  },
  {
    ...{ name: 'freshness', title: 'freshness', digits: 2 },
    meaning: 'How fresh it is: this halves with each half-life since its date.',
  },
  {
    ...{ name: 'quality', title: 'quality', digits: 2 },
    meaning: 'The share of the score that remains after length, content, trust and freshness.',
  },
  {
    ...{ name: 'grade', title: 'grade', digits: 2 },
    meaning: 'Its grade, from 0 to 1: how far it helps.',
  },
  {
    ...{ name: 'children', title: 'parts found', digits: 0 },
    meaning: 'How many hits were joined into it.',
  },
  {
    ...{ name: 'mmr', title: 'MMR', digits: 2 },
    meaning: 'Marginal relevance: how relevant it is, minus its likeness to the hits above it.',
  },
  {
    ...{ name: 'duplicates', title: 'duplicates', digits: 0 },
    meaning: 'Near duplicates that were dropped in favour of it.',
  },
];

/** The parts that a hit has, each with its value and contribution. */
function partsOf(
  { before, score, scores }: Hit,
  shares: readonly ScoreShare[],
): (Part & { readonly value: number; readonly share: ScoreShare | undefined })[] {
  return parts.flatMap((part) => {
    const { name } = part;
    const found = shares.find((share) => share.part === name);
    const value = name === 'before' ? (found === undefined ? undefined : before) : scores[name];
    if (value === undefined) return [];
    const whole = value === score && name !== 'before';
    const share = whole ? { part: name, gives: 'the score' } : undefined;
    return [{ ...part, value, share: found ?? share }];
  });
}

/** `dense 0.71 · BM25 12.4`; empty if there are none. Each has an explaining tooltip. */
export function ScoreLine({ hit }: { readonly hit: Hit }): ReactNode {
  return partsOf(hit, []).map(({ name, title, digits, value, meaning }, at) => (
    <span key={name}>
      {at > 0 && ' · '}
      <span title={meaning}>
        {title} {value.toFixed(digits)}
      </span>
    </span>
  ));
}

/** Each part of a score: its meaning, value, weight and contribution. */
export function ScoreTable({
  hit,
  shares,
}: {
  readonly hit: Hit;
  readonly shares: readonly ScoreShare[];
}): ReactNode {
  const rows = partsOf(hit, shares);
  if (rows.length === 0) return null;
  const weighed = rows.some(({ share }) => share?.weight !== undefined);
  return (
    <table className="gk-parts">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Value</th>
          {weighed && <th scope="col">Weight</th>}
          <th scope="col">Contribution</th>
        </tr>
      </thead>
      {rows.map(({ name, title, meaning, value, digits, share }) => (
        <tbody key={name}>
          <tr>
            <th scope="row">{title}</th>
            <td>{value.toFixed(digits)}</td>
            {weighed && <td>{share?.weight ?? ''}</td>}
            <td>{share?.gives ?? ''}</td>
          </tr>
          <tr>
            <td colSpan={weighed ? 4 : 3}>{meaning}</td>
          </tr>
        </tbody>
      ))}
      <tfoot>
        <tr>
          <th scope="row">score</th>
          <td>{hit.score.toPrecision(4)}</td>
          {weighed && <td />}
          <td />
        </tr>
      </tfoot>
    </table>
  );
}
