import { type Example, GraphError, implement } from '@graft/graph';
import { answerOf, type Taught } from './answer-of.ts';
import { checkSplit, splitOf } from '../kit/training/dataset-split.ts';
import { promptsToDataset } from './node.ts';

export const run = implement(promptsToDataset, (ctx, { prompts }, params) => {
  const { system, evalShare, seed } = params;
  const counts: Record<Taught['kind'], number> & Record<Example['split'], number> = {
    answer: 0,
    abstention: 0,
    'left-out': 0,
    'no-reference': 0,
    train: 0,
    eval: 0,
  };

  async function* examples(): AsyncGenerator<Example> {
    let row = 0;
    for await (const prompt of prompts.rows()) {
      ctx.signal.throwIfAborted();
      row += 1;
      const taught = answerOf(prompt, params);
      counts[taught.kind] += 1;
      if (!('text' in taught)) continue;
      const split = splitOf(prompt.question.question, { evalShare, seed });
      counts[split] += 1;
      const told: Example['turns'] =
        system === '' ? [] : [{ role: 'system', content: system, trained: false }];
      yield {
        ...{ id: prompt.id, path: 'prompts', row, split, kind: 'chat' },
        turns: [
          ...told,
          { role: 'user', content: prompt.text, trained: false },
          { role: 'assistant', content: taught.text, trained: true },
        ],
      };
    }
    if (counts.train + counts.eval === 0) {
      throw new GraphError(
        'bad-input',
        row === 0
          ? 'There are no prompts to make examples of.'
          : 'No prompt makes an example: their questions have no reference answers, or the passages that hold them are missing. Give references in the questions’ file, in the field "reference".',
        { location: { node: ctx.node, port: 'prompts' } },
      );
    }
    checkSplit(ctx, counts, { evalShare, more: 'give more questions' });
    ctx.log(
      'info',
      `${counts.train} rows to train on, ${counts.eval} to evaluate with; in ${counts.abstention} of them the passages do not hold the answer.`,
    );
    if (counts['left-out'] > 0) {
      ctx.log(
        'info',
        `${counts['left-out']} are left out: passages with their answer are missing.`,
      );
    }
    if (counts['no-reference'] > 0) {
      ctx.log('warning', `${counts['no-reference']} questions have no reference, and make no row.`);
    }
  }

  return Promise.resolve({ dataset: examples() });
});
