import {
  agreementOf,
  GraphError,
  type MetricRow,
  type RunContext,
  type Verdicts,
  verdictsOf,
  type Answer,
  type Label,
} from '@graft/graph';

interface Compared {
  readonly labelled: readonly LabelledAnswer[];
  /** Rows of metrics by edge. */
  readonly verdicts: readonly (readonly MetricRow[])[];
  readonly rule: { readonly metrics: readonly string[]; readonly threshold: number };
}

/** A row for each metric with verdicts on labelled answers, those of the first edge first. */
export function agreementRows(
  ctx: RunContext,
  { labelled, verdicts, rule }: Compared,
): MetricRow[] {
  const found = verdicts.flatMap((rows, at) =>
    verdictsOf(rows, rule).map((verdicts) => ({ ...verdicts, edge: at + 1 })),
  );
  refuseMissing(ctx, found, { asked: rule.metrics, edges: verdicts.length });
  const decided = labelled.flatMap(({ answer, label }) => {
    const person = isRight(label);
    return person === undefined ? [] : [{ item: answer.id, person }];
  });
  return found.flatMap(({ name, edge, byItem }, at): MetricRow[] => {
    const pairs = decided.flatMap(({ item, person }) => {
      const metric = byItem.get(item);
      return metric === undefined ? [] : [{ person, metric }];
    });
    const isSecond = found.slice(0, at).some((other) => other.name === name);
    const label = isSecond ? `${name} (edge ${edge})` : name;
    if (pairs.length === 0) {
      ctx.log(
        'info',
        `No labelled answer has the metric ${label}, so there is nothing to compare.`,
      );
      return [];
    }
    const { share, interval, kappa, kappaInterval, ...counts } = agreementOf(pairs);
    if (kappa === undefined) {
      ctx.log(
        'info',
        `Kappa of ${label} is undefined: the metric and the labels say the same for every answer.`,
      );
    }
    return [
      {
        ...{ series: 'agreement', label },
        values: {
          ...(kappa === undefined ? {} : { kappa }),
          ...(kappaInterval === undefined
            ? {}
            : { kappaLow: kappaInterval[0], kappaHigh: kappaInterval[1] }),
          ...{ agreement: share, agreementLow: interval[0], agreementHigh: interval[1] },
          ...counts,
          answers: pairs.length,
        },
      },
    ];
  });
}

/** Throws `bad-param` for a requested metric that no verdict has. */
function refuseMissing(
  ctx: RunContext,
  found: readonly Verdicts[],
  { asked, edges }: { readonly asked: readonly string[]; readonly edges: number },
): void {
  const missing = asked.find((name) => found.every((verdict) => verdict.name !== name));
  if (missing === undefined || edges === 0) return;
  throw new GraphError(
    'bad-param',
    `No verdict has the metric "${missing}" for single answers. Connect the node that gives it, or remove it from the metrics.`,
    { location: { node: ctx.node, param: 'metrics' } },
  );
}

/** An answer with a person's label; undefined: not yet labelled. */
export interface LabelledAnswer {
  readonly answer: Answer;
  readonly label: Label | undefined;
}

/** The verdict of a label; undefined if it is missing, or the person skipped it. */
export function isRight(label: Label | undefined): boolean | undefined {
  return label === undefined || label.label === 'skip' ? undefined : label.label === 'right';
}
