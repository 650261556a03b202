import {
  activations,
  embeddingLayoutSchema,
  GraphError,
  poolings,
  type EmbeddingLayout,
  type Pooling,
} from '@graft/graph';
import { z } from 'zod';
import { missing, type ModelFiles } from './model-files.ts';

/** How a sentence-transformers model makes vectors, and the files that say so. */
export interface SentenceLayout {
  readonly embedding: EmbeddingLayout;
  /** Components of a vector. */
  readonly dimension: number;
  /** Maximal tokens of a text; undefined: the files do not limit them. */
  readonly maxTokens: number | undefined;
  /** Paths below the folder. */
  readonly files: readonly string[];
}

const modulesFile = 'modules.json';
const optionalFiles = {
  transformer: 'sentence_bert_config.json',
  prompts: 'config_sentence_transformers.json',
} as const;

const modulesSchema = z.array(z.object({ path: z.string(), type: z.string() })).max(32);
const transformerSchema = z.object({
  max_seq_length: z.number().int().positive().nullish(),
  do_lower_case: z.boolean().nullish(),
});
const promptsSchema = z.object({
  prompts: z.record(z.string(), z.string().nullable()).default({}),
  default_prompt_name: z.string().nullish(),
  similarity_fn_name: z.string().nullish(),
});
const width = z
  .number()
  .int()
  .positive()
  .max(2 ** 20);
const poolingSchema = z.looseObject({
  embedding_dimension: width.optional(),
  /** The name before version 6. */
  word_embedding_dimension: width.optional(),
  pooling_mode: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  include_prompt: z.boolean().default(true),
});
const denseSchema = z.object({
  in_features: width,
  out_features: width,
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
  use_residual: z.boolean().default(false),
});

/** The names of sentence-transformers for ways of pooling. */
const poolingNames: Readonly<Record<string, Pooling>> = {
  cls: 'cls',
  max: 'max',
  mean: 'mean',
  mean_sqrt_len_tokens: 'mean-sqrt',
  weightedmean: 'weighted-mean',
  lasttoken: 'last',
};
/** The keys before version 6, in the order in which their vectors follow one another. */
const poolingKeys: readonly (readonly [string, Pooling])[] = [
  ['pooling_mode_cls_token', 'cls'],
  ['pooling_mode_max_tokens', 'max'],
  ['pooling_mode_mean_tokens', 'mean'],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean-sqrt'],
  ['pooling_mode_weightedmean_tokens', 'weighted-mean'],
  ['pooling_mode_lasttoken', 'last'],
];

/**
 * Reads the layout of a sentence-transformers model; undefined if the folder has none. Throws `bad-model` for one that
 * Graft cannot compute, and `damaged-file`.
 */
export async function sentenceLayout(files: ModelFiles): Promise<SentenceLayout | undefined> {
  if (!(await files.has(modulesFile))) return undefined;
  const refuse = (why: string): GraphError =>
    new GraphError('bad-model', `${files.place} ${why}. Choose another embedder.`, {
      location: { file: files.place },
    });
  const [transformer, ...modules] = await files.json(modulesFile, modulesSchema);
  if (transformer === undefined || kindOf(transformer) !== 'Transformer') {
    throw refuse('does not begin with a transformer, so Graft cannot embed with it');
  }
  const used = [modulesFile];
  const read = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value> => {
    const absent = await missing(files, [path]);
    if (absent.length > 0) throw refuse(`lacks ${path}, which its modules.json names`);
    used.push(path);
    return files.json(path, schema);
  };
  const optional = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value> =>
    (await files.has(path)) ? read(path, schema) : schema.parse({});
  const settings = await optional(optionalFiles.transformer, transformerSchema);
  if (settings.do_lower_case === true) {
    throw refuse('writes texts in lower case before its tokenizer, which Graft does not');
  }
  const named = await optional(optionalFiles.prompts, promptsSchema);

  let pooling: z.output<typeof poolingSchema> | undefined;
  let dimension = 0;
  let isNormalized = false;
  const dense: EmbeddingLayout['dense'] = [];
  for (const module of modules) {
    const kind = kindOf(module);
    if (kind === 'Dropout') continue;
    const isInOrder = !isNormalized && (pooling === undefined) === (kind === 'Pooling');
    if (!isInOrder || !['Pooling', 'Dense', 'Normalize'].includes(kind)) {
      throw refuse(`has the module ${kind} at ${module.path}, which Graft cannot compute there`);
    }
    if (kind === 'Normalize') isNormalized = true;
    if (kind === 'Pooling') {
      pooling = await read(`${module.path}/config.json`, poolingSchema);
      const each = pooling.embedding_dimension ?? pooling.word_embedding_dimension;
      if (each === undefined) throw refuse(`does not state the width of its vectors`);
      dimension = each * kindsOf(pooling, refuse).length;
    }
    if (kind === 'Dense') {
      const config = await read(`${module.path}/config.json`, denseSchema);
      dense.push(await denseLayer(module.path, config));
      if (config.in_features !== dimension) {
        throw refuse(`has a layer at ${module.path} that does not fit the one before`);
      }
      dimension = config.out_features;
    }
  }
  if (pooling === undefined) throw refuse('does not say how to pool the vectors of tokens');
  const similarity = named.similarity_fn_name ?? 'cosine';
  if (similarity !== 'cosine' && !isNormalized) {
    throw refuse(
      `compares vectors that are not normalised by "${similarity}", but Graft compares by cosine`,
    );
  }
  const embedding = embeddingLayoutSchema.parse({
    ...{ pooling: kindsOf(pooling, refuse), dense, prompts: promptsOf(named) },
    includePrompt: pooling.include_prompt,
  });
  return { embedding, dimension, maxTokens: settings.max_seq_length ?? undefined, files: used };

  async function denseLayer(
    path: string,
    { activation_function: name, use_residual }: z.output<typeof denseSchema>,
  ): Promise<EmbeddingLayout['dense'][number]> {
    const activation = activations.find((known) => known === name.split('.').at(-1));
    if (activation === undefined || use_residual) {
      throw refuse(`has a layer at ${path} that Graft cannot compute (${name})`);
    }
    const weights = `${path}/model.safetensors`;
    if (!(await files.has(weights))) throw refuse(`lacks ${weights}, in safetensors`);
    used.push(weights);
    return { weights, activation };
  }
}

/** `Pooling` of `sentence_transformers.models.Pooling`. */
const kindOf = ({ type }: { readonly type: string }): string => type.split('.').at(-1) ?? type;

function kindsOf(
  config: z.output<typeof poolingSchema>,
  refuse: (why: string) => GraphError,
): Pooling[] {
  const { pooling_mode } = config;
  if (pooling_mode === undefined) {
    const kinds = poolingKeys.flatMap(([key, kind]) => (config[key] === true ? [kind] : []));
    return kinds.length > 0 ? kinds : ['mean'];
  }
  return [pooling_mode].flat().map((name) => {
    const kind = poolings.find((known) => known === poolingNames[name]);
    if (kind === undefined) throw refuse(`pools by "${name}", which Graft does not know`);
    return kind;
  });
}

/** The prompts of `encode_query` and `encode_document`; the default one where neither is named. */
function promptsOf({
  prompts,
  default_prompt_name,
}: z.output<typeof promptsSchema>): EmbeddingLayout['prompts'] {
  const first = (...names: string[]): string | undefined =>
    names.map((name) => prompts[name] ?? '').find((prompt) => prompt !== '');
  const question = first('query');
  const passage = first('document', 'passage', 'corpus');
  const isNamed = question !== undefined || passage !== undefined;
  const usual = isNamed ? '' : (prompts[default_prompt_name ?? ''] ?? '');
  return { question: question ?? usual, passage: passage ?? usual };
}
