import { implementItems } from '@graft/graph';
import { estimateTokens } from '../kit/text/token-estimate.ts';
import { prompt } from './node.ts';

export const run = implementItems(prompt, {
  runItems(_ctx, batch, _inputs, { template }): Promise<readonly { text: string }[]> {
    return Promise.resolve(
      batch.map(({ question }) => ({ text: template.replaceAll('{question}', () => question) })),
    );
  },
  *expand(question, { text }) {
    yield {
      id: question.id,
      question,
      text,
      passages: [],
      tokens: estimateTokens(text),
      dropped: 0,
    };
  },
});
