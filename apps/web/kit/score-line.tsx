import { verdictRule } from '@graft/graph';

/** How many answers agree with the references of their questions, and by what rule. */
export function ScoreLine({ score }: { readonly score: string }) {
  return (
    <p
      className="flex flex-wrap items-baseline gap-x-2 px-4 pb-2 first:pt-3"
      data-testid="score"
      title={verdictRule}
    >
      <b className="font-semibold">{score}</b>
      <span className="text-sm text-ink-2">compared with the words of the references</span>
    </p>
  );
}
