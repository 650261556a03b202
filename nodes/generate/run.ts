import { type Answer, implementItems, ItemFailure } from '@graft/graph';
import { askEach, tellTokens } from '../kit/asking/ask-model.ts';
import { systemOf } from '../kit/asking/definition.ts';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { cite } from './cite.ts';
import { generate } from './node.ts';

/** The model's text. Citations derive from it and the prompt, whose passages may have moved. */
type Written = Pick<Answer, 'text' | 'promptTokens' | 'completionTokens' | 'finishReason'>;

export const run = implementItems(generate, {
  async runItems(
    ctx,
    batch,
    { model, adapters },
    { system, adapterWeights, context, encoding, parallel, ...sampling },
  ): Promise<readonly Promise<Written | ItemFailure>[]> {
    const asks = batch.map(({ id, text, passages }) => ({
      ...{ id, prompt: text },
      system: systemOf(system, passages.length > 0),
    }));
    const results = await askEach(ctx, asks, {
      ...{ model, sampling, context, encoding, parallel },
      adapters: weightedAdapters(adapters, adapterWeights, { node: ctx.node, model: model.info }),
    });
    return results.map(async (answering) => {
      const result = await answering;
      return result instanceof ItemFailure ? result : written(result);
    });
  },
  finish(ctx) {
    tellTokens(ctx);
  },
  *expand(prompt, answer) {
    const citations = cite(answer.text, prompt);
    yield { id: prompt.id, question: prompt.question, ...answer, citations };
  },
});

function written({ text, promptTokens, completionTokens, finishReason }: Written): Written {
  return { text: text.trim(), promptTokens, completionTokens, finishReason };
}
