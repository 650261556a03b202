import type { Hit, HitScores } from '@graft/graph';
import type { ReactNode } from 'react';

/** What a part of a hit's score gives to it. */
export interface ScoreShare {
  /** `before`: the place that the hit came with. */
  readonly part: keyof HitScores | 'before';
  readonly weight?: number;
  /** In a few words: `+0.0161`, `× 0.94`. */
  readonly gives: string;
}

interface Part {
  readonly name: ScoreShare['part'];
  readonly title: string;
  /** After the point. */
  readonly digits: number;
  readonly meaning: string;
}

/** The parts of scores, in the order of their making. */
const parts: readonly Part[] = [
  {
    ...{ name: 'dense', title: 'dense', digits: 2 },
    meaning: 'How similar question and chunk are in meaning: the cosine of their vectors.',
  },
  {
    ...{ name: 'bm25', title: 'BM25', digits: 1 },
    meaning: 'How many of the question’s words it has; rare ones count more.',
  },
  {
    ...{ name: 'versions', title: 'wordings', digits: 0 },
    meaning: 'Wordings of the question that found it.',
  },
  {
    ...{ name: 'rrf', title: 'RRF', digits: 4 },
    meaning: 'Reciprocal rank fusion: the sum of 1 / (constant + rank) over the lists it is in.',
  },
  {
    ...{ name: 'before', title: 'place before', digits: 0 },
    meaning: 'The rank that it came with.',
  },
  {
    ...{ name: 'rerank', title: 'rerank', digits: 2 },
    meaning:
      'What the reranker’s model gave it: the mean cosine of its tokens, a cross-encoder’s score, or the share of yes.',
  },
  {
    ...{ name: 'topic', title: 'topic', digits: 2 },
    meaning: 'How near to the point it is; 1 is the best possible.',
  },
  {
    ...{ name: 'length', title: 'length', digits: 2 },
    meaning: 'Whether it says enough: its own words, as a share of how many are enough.',
  },
  {
    ...{ name: 'content', title: 'content', digits: 2 },
    meaning: 'The share of its words that are its own, and not from a menu, a footer or a notice.',
  },
  {
    ...{ name: 'trust', title: 'trust', digits: 2 },
    meaning: 'How far its source is trusted.',
  },
  {
    ...{ name: 'freshness', title: 'freshness', digits: 2 },
    meaning: 'How fresh it is: it halves with each half-life since its date.',
  },
  {
    ...{ name: 'quality', title: 'quality', digits: 2 },
    meaning: 'What length, content, trust and freshness leave of the score.',
  },
  {
    ...{ name: 'grade', title: 'grade', digits: 2 },
    meaning: 'How far it was judged to help, from 0 to 1.',
  },
  {
    ...{ name: 'children', title: 'parts found', digits: 0 },
    meaning: 'How many hits it brings together.',
  },
  {
    ...{ name: 'mmr', title: 'MMR', digits: 2 },
    meaning:
      'Marginal relevance: how much to the point it is, less its likeness to those above it.',
  },
  {
    ...{ name: 'duplicates', title: 'duplicates', digits: 0 },
    meaning: 'Hits that say nearly the same and were left out because of it.',
  },
];

/** The parts that a hit has, each with its value and what it gives. */
function partsOf(
  { before, score, scores }: Hit,
  shares: readonly ScoreShare[],
): (Part & { readonly value: number; readonly share: ScoreShare | undefined })[] {
  return parts.flatMap((part) => {
    const { name } = part;
    const told = shares.find((share) => share.part === name);
    const value = name === 'before' ? (told === undefined ? undefined : before) : scores[name];
    if (value === undefined) return [];
    const whole = value === score && name !== 'before';
    const share = whole ? { part: name, gives: 'the score' } : undefined;
    return [{ ...part, value, share: told ?? share }];
  });
}

/** `dense 0.71 · BM25 12.4`; empty where there are none. Each says what it is to who hovers over it. */
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

/** Each part of a score: what it is, its value, its weight, and what it gives. */
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
          <th scope="col">Gives</th>
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
