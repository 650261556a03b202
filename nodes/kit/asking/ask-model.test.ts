import { setTimeout as delay } from 'node:timers/promises';
import { type LanguageModel, modelSchema } from '@graft/graph';
import { expect, it } from 'vitest';
import { testContext, treeInput } from '../testing/test-context.ts';
import { askModel } from './ask-model.ts';

const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 512 },
  }),
);

it('asks many at once without a warning of listeners', async () => {
  const base = testContext();
  let asked = 0;
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => (open = resolve));
  const loaded: Pick<LanguageModel, 'model' | 'parallel' | 'countTokens' | 'generate'> = {
    ...{ model: 'small', parallel: 32, countTokens: () => 1 },
    async generate(_request, { signal }) {
      signal.addEventListener('abort', () => undefined);
      if (++asked === 32) open();
      // Until all have been asked.
      await all;
      const counts = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
      return { text: 'Lit.', ...counts, finishReason: 'stop' };
    },
  };
  const languageModel = () => Promise.resolve(loaded as LanguageModel);
  const ctx = testContext({ backends: { ...base.backends, languageModel } });
  const warnings: string[] = [];
  const warned = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', warned);
  try {
    const asks = Array.from({ length: 32 }, (_, at) => ({
      ...{ id: String(at), system: '', prompt: String(at) },
    }));
    const sampling = {
      ...{ maxTokens: 8, temperature: 0, topK: 40, topP: 1, minP: 0, repeatPenalty: 1 },
      ...{ seed: 0, stop: [] },
    };
    await askModel(ctx, asks, { model, sampling, context: 512, parallel: 32 });
    await delay(0);
  } finally {
    process.off('warning', warned);
  }
  expect([asked, warnings]).toEqual([32, []]);
});
