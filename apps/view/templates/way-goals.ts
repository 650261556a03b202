/** What a person may care for most. */
export type WayGoal = 'answers' | 'form' | 'cost' | 'changes';

/** What the comparison is asked for. */
export interface WayOptions {
  readonly matters: WayGoal;
  /** Minutes that the comparison may take. */
  readonly minutes: number;
}

export const usualWay: WayOptions = { matters: 'answers', minutes: 45 };

/** How the comparison decides for a goal. */
export interface WayRule {
  /** In the list of goals. */
  readonly title: string;
  /** A sentence for the graph's first note. */
  readonly decides: string;
  /** What the metric counts, for who chooses the goal. */
  readonly counts: string;
  /** The metric that decides. */
  readonly metric: string;
  /** Of equally good ways, one without passages in the prompt is preferred. */
  readonly prefersShort?: true;
}

const rightAnswer = 'An answer is right if it has every word and number of its reference.';

export const wayGoals: Readonly<Record<WayGoal, WayRule>> = {
  answers: {
    title: 'Right answers',
    decides: 'The share of right answers decides.',
    counts: rightAnswer,
    metric: 'evaluate.metrics:accuracy',
  },
  form: {
    title: 'The wording of the references',
    decides:
      'What decides is how much of their wording answers share with the references (ROUGE-L).',
    counts: 'ROUGE-L: how much of the wording an answer shares with its reference, in order.',
    metric: 'evaluate.metrics:rougeL',
  },
  cost: {
    title: 'Right answers with few tokens',
    decides:
      'The share of right answers decides. Of equally good ways, one without passages in the prompt wins.',
    counts: rightAnswer,
    metric: 'evaluate.metrics:accuracy',
    prefersShort: true,
  },
  changes: {
    title: 'Right answers after documents change',
    decides: 'The share of right answers about the documents in `changed` decides.',
    counts: rightAnswer,
    metric: 'evaluate-after.metrics:accuracy',
  },
};
