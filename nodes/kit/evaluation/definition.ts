/** The requested metrics; all if none is named. */
export function askedMetrics<Name extends string>(
  named: readonly Name[],
  all: readonly Name[],
): readonly Name[] {
  return named.length === 0 ? all : [...new Set(named)];
}

/** Meanings of the counts of `summaryRow`. */
export const countMeanings = {
  questions: 'Questions that have a reference.',
  unanswerable: 'Questions marked as having no answer.',
  withoutReference: 'Questions without a reference.',
} as const;

export const tokenMeanings = {
  promptTokens: 'Tokens that the model read. Less is better.',
  completionTokens: 'Tokens that the model wrote. Less is better.',
} as const;
