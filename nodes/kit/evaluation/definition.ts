/** The metrics that are asked for; all where none is named. */
export function askedMetrics<Name extends string>(
  named: readonly Name[],
  all: readonly Name[],
): readonly Name[] {
  return named.length === 0 ? all : [...new Set(named)];
}

/** What the counts of `summaryRow` say. */
export const countMeanings = {
  questions: 'Questions with something to compare with.',
  unanswerable: 'Questions that are known to have no answer.',
  withoutReference: 'Questions with nothing to compare with.',
} as const;

export const tokenMeanings = {
  promptTokens: 'Tokens that were read. Less is better.',
  completionTokens: 'Tokens that were written. Less is better.',
} as const;
