import { GraphError, type RunContext } from '@graft/graph';
import type { QuestionPassages } from '../kit/training/question-passages.ts';
import { count } from '../kit/training/training-report.ts';

/**
 * Refuses pairs to train on that all ask the same, with nothing else to tell their passages from: the loss would be 0 from the
 * first step on. Warns of blank questions, and of a batch that is larger than all the pairs.
 */
export function checkPairs(
  ctx: Pick<RunContext, 'log' | 'node'>,
  pairs: readonly QuestionPassages[],
  batch: number,
): void {
  const asked = pairs.map(({ question }) => question.question.trim());
  if (pairs.length > 1 && pairs.every((pair) => isAlone(pair, asked[0]))) {
    throw new GraphError(
      'bad-input',
      `${asked[0] === '' ? 'All questions are blank' : 'All pairs ask the same question'} and have no hard negatives, so there is nothing to learn. Add different questions, or raise the hard negatives.`,
      { location: { node: ctx.node, port: 'questions' } },
    );
  }
  const blank = asked.filter((question) => question === '').length;
  if (blank > 0) {
    ctx.log(
      'warning',
      `${count(blank, 'question')} for training ${blank === 1 ? 'is' : 'are'} blank. Remove blank questions.`,
    );
  }
  if (batch > pairs.length) {
    ctx.log(
      'warning',
      `The batch of ${String(batch)} is larger than the ${count(pairs.length, 'pair')} for training, so each step takes all of them.`,
    );
  }
}

function isAlone({ question, negatives }: QuestionPassages, asked: string | undefined): boolean {
  return negatives.length === 0 && question.question.trim() === asked;
}
