import {
  GraphError,
  ItemFailure,
  type ModelRef,
  type ParamsOf,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { z } from 'zod';
import { askModel } from '../kit/asking/ask-model.ts';
import type { contextualize } from './node.ts';

type Write = (id: string, document: string, chunk: string) => Promise<string | undefined>;

/**
 * Asks a model what a chunk is about. Caches each sentence by its prompt, so that a changed document asks only for its
 * changed chunks. Undefined: the prompt does not fit, or the model wrote nothing.
 */
export async function sentenceWriter(
  ctx: RunContext,
  {
    model,
    params,
  }: {
    readonly model: TreeInput<ModelRef>;
    readonly params: ParamsOf<typeof contextualize>;
  },
): Promise<Write> {
  const { prompt: template, maxTokens, context, parallel } = params;
  const sampling = {
    ...{ maxTokens, temperature: 0, seed: 0, topK: 40, topP: 0.95, minP: 0.05 },
    ...{ repeatPenalty: 1.1, stop: [] },
  };
  const prompts = new Map<string, { readonly id: string; readonly prompt: string }>();
  const memo = await ctx.memo('sentences', z.string(), (keys) =>
    Promise.all(
      keys.map(async (key) => {
        const { id, prompt } = prompts.get(key) ?? { id: key, prompt: '' };
        const ask = { id, system: '', prompt };
        const [result] = await askModel(ctx, [ask], { model, sampling, context, parallel });
        if (result === undefined || result instanceof ItemFailure) {
          throw new GraphError('bad-input', result?.message ?? 'The model did not reply.');
        }
        return sentenceOf(result.text);
      }),
    ),
  );
  return async (id, document, chunk) => {
    const values: Readonly<Record<string, string>> = { document, chunk };
    const prompt = template.replace(
      /\{(document|chunk)\}/g,
      (_, name: string) => values[name] ?? '',
    );
    const key = JSON.stringify([model.digest, maxTokens, context, prompt]);
    prompts.set(key, { id, prompt });
    try {
      const sentence = await memo.get(key);
      return sentence === '' ? undefined : sentence;
    } catch (error) {
      // Concerns only this chunk: it does not fit, or the model refused.
      if (!(error instanceof GraphError) || error.code !== 'bad-input') throw error;
      return undefined;
    } finally {
      prompts.delete(key);
    }
  };
}

/** On one line, without reasoning and quotation marks. */
function sentenceOf(reply: string): string {
  const end = reply.lastIndexOf('</think>');
  const answer = end === -1 ? (reply.includes('<think>') ? '' : reply) : reply.slice(end + 8);
  return answer
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^["“](.*)["”]$/, '$1');
}
