import type { EvidenceTable, Verdict } from '@graft/graph';

/** Variants that are called by their name in a sentence. */
const named = 3;

function spelled(names: readonly string[]): string {
  const called = names.slice(0, named).map((name) => `“${name}”`);
  const rest = names.length - called.length;
  if (rest > 0) called.push(`${String(rest)} more`);
  const last = called.pop() ?? '';
  return called.length === 0 ? last : `${called.join(', ')} and ${last}`;
}

/** What a table shows by its first metric, in a sentence; undefined where nothing was compared. */
export function verdictSentence({
  baseline,
  metrics: [metric],
  rows,
}: EvidenceTable): string | undefined {
  const of = (verdict: Verdict): string[] =>
    rows
      .filter(({ cells: [cell] }) => cell?.difference?.verdict === verdict)
      .map(({ variant }) => variant);
  const [better, worse, even, few] = [
    of('better'),
    of('worse'),
    of('no difference shown'),
    of('too few'),
  ];
  const are = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');
  const parts = [
    better.length === 0 ? [] : `${spelled(better)} ${are(better)} better than “${baseline}”`,
    worse.length === 0 ? [] : `${spelled(worse)} ${are(worse)} worse than “${baseline}”`,
    even.length === 0 ? [] : `no difference to “${baseline}” is shown for ${spelled(even)}`,
    few.length === 0 ? [] : `too few questions differ to tell for ${spelled(few)}`,
  ].flat();
  return metric === undefined || parts.length === 0
    ? undefined
    : `By ${metric.name}, ${parts.join('; ')}.`;
}
