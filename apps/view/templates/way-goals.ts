/** What a person may care for most. */
export type WayGoal = 'answers' | 'form' | 'cost' | 'changes';

/** What the comparison is asked for. */
export interface WayOptions {
  readonly matters: WayGoal;
  /** That the comparison may take. */
  readonly minutes: number;
}

export const usualWay: WayOptions = { matters: 'answers', minutes: 45 };

/** How the comparison decides by what matters most. */
export interface WayRule {
  /** On the screen. */
  readonly title: string;
  /** How it recommends, after “recommends one way”. */
  readonly by: string;
  readonly metric: string;
  /** Of two ways that are equally good, one without passages is preferred. */
  readonly prefersShort?: true;
}

export const wayGoals: Readonly<Record<WayGoal, WayRule>> = {
  answers: {
    title: 'Right answers',
    ...{ by: 'by its right answers', metric: 'evaluate.metrics:accuracy' },
  },
  form: {
    title: 'Answers worded as the references are',
    ...{
      by: 'by how much of the wording its answers share with the references',
      metric: 'evaluate.metrics:rougeL',
    },
  },
  cost: {
    title: 'Right answers from short prompts',
    ...{
      by: 'by its right answers; of equally good ways, one without passages in the prompt',
      metric: 'evaluate.metrics:accuracy',
    },
    prefersShort: true,
  },
  changes: {
    title: 'Right answers after the documents changed',
    ...{
      by: `by its right answers about the documents in \`changed\``,
      metric: 'evaluate-after.metrics:accuracy',
    },
  },
};
