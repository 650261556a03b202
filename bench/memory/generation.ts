/**
 * Loads a language model as the worker does, answers as many prompts at once as it takes, and prints what was claimed
 * and what the process took beside its libraries, in bytes.
 */
import { createBackends } from '@graft/backends';
import { createCatalogue } from '@graft/backends/catalogue';
import { ggufToQ80 } from '@graft/training/formats';
import { z } from 'zod';
import { currentOf, peakOf } from '../report/measured-process.ts';
import { prose } from '../report/prose.ts';

const given = z
  .object({
    ...{ file: z.string(), modelsFolder: z.string(), digest: z.string() },
    ...{ context: z.number(), parallel: z.number(), threads: z.number(), sentences: z.number() },
    encoding: z.enum(['fastest', 'as-published']),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { signal } = new AbortController();
const catalogue = createCatalogue({ modelsFolder: given.modelsFolder });
await using backends = createBackends({
  ...{ catalogue, device: 'cpu', threads: given.threads },
  convertWeights: ggufToQ80,
});
const source = { id: 'random', digest: given.digest, path: given.file };
// Libraries are no model's.
await backends.tokenizer(source);
const before = await currentOf(process.pid);
const model = await backends.languageModel(source, {
  ...{ contextLength: given.context, parallel: given.parallel, encoding: given.encoding },
});
const request = {
  ...{ system: 'Answer in one sentence.', maxTokens: 8, seed: 1, stop: [] },
  ...{ temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 },
};
const answers = await Promise.all(
  Array.from({ length: model.parallel }, (_, at) =>
    model.generate({ ...request, prompt: prose(at, given.sentences) }, { signal }),
  ),
);
const taken = (await peakOf(process.pid)) - before;
console.log(
  JSON.stringify({
    ...{ claimed: backends.memory('cpu').peak, taken, parallel: model.parallel },
    ...{ readAs: model.readAs, promptTokens: answers[0]?.promptTokens },
  }),
);
