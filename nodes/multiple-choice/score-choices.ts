/** Metrics of one question, by the log-likelihoods of its choices. */
export interface ChoiceScores {
  /** 1 where the right choice is the likeliest, else 0. */
  readonly accuracy: number;
  /** The same by log-likelihood per character, so that long choices are not at a disadvantage. */
  readonly normalizedAccuracy: number;
  /** The share of the right choice in the likelihood of all. */
  readonly choiceProbability: number;
}

/**
 * Scores of a question with two choices or more, of which the one at `right` is right. Equally likely ones go to the
 * first, as in the evaluation harness of EleutherAI.
 */
export function scoreChoices(
  choices: readonly { readonly text: string; readonly logLikelihood: number }[],
  right: number,
): ChoiceScores {
  const whole = choices.map(({ logLikelihood }) => logLikelihood);
  const perCharacter = choices.map(({ text, logLikelihood }) => logLikelihood / [...text].length);
  const greatest = Math.max(...whole);
  const shares = whole.map((value) => Math.exp(value - greatest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return {
    accuracy: Number(likeliest(whole) === right),
    normalizedAccuracy: Number(likeliest(perCharacter) === right),
    choiceProbability: (shares[right] ?? 0) / sum,
  };
}

function likeliest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
