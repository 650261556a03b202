import type { Answer, Label } from '@graft/graph';

/** An answer with what a person says of it; undefined: nothing yet. */
export interface LabelledAnswer {
  readonly answer: Answer;
  readonly label: Label | undefined;
}

/** What a label says; undefined where it says nothing, or that it cannot be told. */
export function isRight(label: Label | undefined): boolean | undefined {
  return label === undefined || label.label === 'skip' ? undefined : label.label === 'right';
}
