import { GraphError, type ModelEntry } from '@graft/graph';
import { z } from 'zod';
import { missing, type ModelFiles } from './model-files.ts';
import { sentenceLayout, type SentenceLayout } from './sentence-layout.ts';

/** What can be read from a user's model: an entry but for its identity, and the files it is made of. */
export type ModelDescription = Omit<ModelEntry, 'id' | 'licence' | 'files'> & {
  readonly name: string;
  /** Paths below the folder. */
  readonly files: readonly string[];
};

/** Far more than any embedder has: the width of a vector, the tokens of a text. */
const most = { width: 2 ** 20, tokens: 2 ** 24 };

const configSchema = z.object({
  model_type: z.string(),
  architectures: z.array(z.string()).default([]),
  hidden_size: z.number().int().positive().max(most.width).optional(),
  max_position_embeddings: z.number().int().positive().max(most.tokens).optional(),
  pad_token_id: z.number().int().nonnegative().nullish(),
});
/** Tokenizers without a limit state a number of thirty digits. */
const tokenizerSchema = z.object({ model_max_length: z.number().positive().nullish() });

/** Families whose positions begin after that of the padding token. */
const offsetFamilies = ['roberta', 'xlm-roberta', 'camembert', 'mpnet'];
/** Tokens of a text, where no file tells. */
const usualTokens = 512;

/** Precisions by transformers.js's file names, best trade of speed and precision first. */
export const onnxWeights = [
  ['model_q4.onnx', 'q4'],
  ['model_quantized.onnx', 'q8'],
  ['model.onnx', 'fp32'],
  ['model_fp16.onnx', 'fp16'],
] as const;

const companions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const optionalCompanions = ['special_tokens_map.json'];

/**
 * Reads a model in the layout of transformers.js, and how it embeds in that of sentence-transformers; `weights` names one of its
 * files in `onnx/`. Throws `bad-model`, `damaged-file`.
 */
export async function describeOnnx(files: ModelFiles, weights?: string): Promise<ModelDescription> {
  const { place } = files;
  const names = await files.names('onnx');
  const choice =
    weights === undefined
      ? onnxWeights.find(([name]) => names.includes(name))
      : ([weights, onnxWeights.find(([name]) => name === weights)?.[1] ?? 'unknown'] as const);
  const absent = await missing(files, companions);
  if (choice === undefined || absent.length > 0) {
    const needed = choice === undefined ? ['onnx/model*.onnx', ...absent] : absent;
    throw new GraphError(
      'bad-model',
      `${place} is not an ONNX model folder: it lacks ${needed.join(', ')}`,
      { location: { file: place } },
    );
  }
  const [name, dtype] = choice;
  const config = await files.json('config.json', configSchema);
  const classifier = config.architectures.some((one) => /SequenceClassification/.test(one));
  const layout = classifier ? undefined : await sentenceLayout(files);
  const generates = config.architectures.some((one) =>
    /CausalLM|LMHead|ConditionalGeneration/.test(one),
  );
  // Embedders may be made of language models, and keep the name.
  if (generates && layout === undefined) {
    throw new GraphError(
      'bad-model',
      `${place} is a language model in ONNX, which Graft does not run. Choose the same model in GGUF.`,
      { location: { file: place } },
    );
  }
  const external = names.filter((other) => other.startsWith(`${name}_data`));
  const dimension = layout?.dimension ?? config.hidden_size;
  const lacking = await missing(files, optionalCompanions);
  const optional = optionalCompanions.filter((other) => !lacking.includes(other));
  return {
    name: files.name,
    title: files.name,
    kind: classifier ? 'cross-encoder' : 'embedder',
    format: 'onnx',
    architecture: config.model_type,
    dtype,
    ...(classifier || dimension === undefined ? {} : { dimension }),
    ...(layout === undefined ? {} : { embedding: layout.embedding }),
    contextLength: await tokensOf(files, config, layout),
    // Not told by the files; shown as unknown.
    parameters: 0,
    files: [
      ...[...companions, ...optional, ...(layout?.files ?? [])],
      ...[name, ...external].map((file) => `onnx/${file}`),
    ],
  };
}

/** Maximal tokens of a text: what the layout or the tokenizer states, as far as the model has positions. */
async function tokensOf(
  files: ModelFiles,
  config: z.output<typeof configSchema>,
  layout: SentenceLayout | undefined,
): Promise<number> {
  const { model_type, max_position_embeddings, pad_token_id } = config;
  const taken = offsetFamilies.includes(model_type) ? (pad_token_id ?? 1) + 1 : 0;
  const positions =
    max_position_embeddings === undefined
      ? undefined
      : Math.max(1, max_position_embeddings - taken);
  if (layout === undefined) return positions ?? usualTokens;
  const { model_max_length } = await files.json('tokenizer_config.json', tokenizerSchema);
  const stated = layout.maxTokens ?? model_max_length ?? positions ?? usualTokens;
  return Math.min(stated, positions ?? most.tokens);
}
