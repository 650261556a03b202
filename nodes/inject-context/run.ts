import { implementItems, type Prompt } from '@graft/graph';
import { injectContext } from './node.ts';
import { writePrompt } from './write-prompt.ts';

export const run = implementItems(injectContext, {
  runItems(_ctx, batch, _inputs, params): Promise<readonly Omit<Prompt, 'id' | 'question'>[]> {
    return Promise.resolve(
      batch.map((row) => {
        const { id: _id, question: _question, ...prompt } = writePrompt(row, params);
        return prompt;
      }),
    );
  },
  *expand({ id, question }, prompt) {
    yield { id, question, ...prompt };
  },
});
