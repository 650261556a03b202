import { metricInSentence, type Difference, type EvidenceTable } from '@graft/graph';

/** The most variants that a sentence names. */
const named = 3;

function spelled(names: readonly string[]): string {
  const called = names.slice(0, named).map((name) => `“${name}”`);
  const rest = names.length - called.length;
  if (rest > 0) called.push(`${String(rest)} more`);
  const last = called.pop() ?? '';
  return called.length === 0 ? last : `${called.join(', ')} and ${last}`;
}

/** What a comparison can find, in the order of the sentence. The last three say why there is no verdict. */
const findings = ['better', 'worse', 'even', 'equal', 'few', 'lacking'] as const;
type Finding = (typeof findings)[number];

function findingOf({ verdict, p, wins, losses }: Difference): Finding {
  if (verdict === 'no difference shown') return 'even';
  if (verdict !== 'too few') return verdict;
  if (wins + losses === 0) return 'equal';
  // Enough questions differ: rows are missing, or the run was stopped early.
  return p === null ? 'few' : 'lacking';
}

/** A sentence on what a table shows by its first metric; undefined if nothing was compared. */
export function verdictSentence({
  baseline,
  metrics: [metric],
  rows,
}: EvidenceTable): string | undefined {
  const sentences: Readonly<Record<Finding, (names: string, are: string) => string>> = {
    better: (names, are) => `${names} ${are} better than “${baseline}”`,
    worse: (names, are) => `${names} ${are} worse than “${baseline}”`,
    even: (names) => `no difference from “${baseline}” is shown for ${names}`,
    equal: (names, are) => `${names} ${are} equal to “${baseline}” on every question`,
    few: (names) => `too few questions differ to judge ${names}`,
    lacking: (names) => `the result for ${names} is unclear`,
  };
  const names = new Map<Finding, string[]>();
  for (const { variant, cells } of rows) {
    const difference = cells[0]?.difference;
    if (difference === undefined) continue;
    const finding = findingOf(difference);
    names.set(finding, [...(names.get(finding) ?? []), variant]);
  }
  const parts = findings.flatMap((finding) => {
    const own = names.get(finding) ?? [];
    return own.length === 0
      ? []
      : [sentences[finding](spelled(own), own.length === 1 ? 'is' : 'are')];
  });
  return metric === undefined || parts.length === 0
    ? undefined
    : `By ${metricInSentence(metric.name)}, ${parts.join('; ')}.`;
}
