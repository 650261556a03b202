import { settingText, verdictRule } from '@graft/graph';

/** The parameters of a node that differ from their defaults, in code form. */
export function Settings({ params }: { readonly params: Readonly<Record<string, unknown>> }) {
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  if (set.length === 0) return <span className="text-ink-2">all defaults</span>;
  return set.map(([name, value]) => (
    <span key={name} className="cell-setting" title={settingText(value)}>
      <span className="text-ink-2">{name}=</span>
      {settingText(value)}
    </span>
  ));
}

/** How many answers agree with their references, and by which rule. */
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
