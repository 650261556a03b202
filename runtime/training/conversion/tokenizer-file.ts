import { GraphError } from '@graft/graph';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const id = z.int().nonnegative();
const marker = z.union([z.string(), z.object({ content: z.string() })]).nullish();
const markerText = (value: z.output<typeof marker>): string | undefined =>
  typeof value === 'string' ? value : value?.content;
const pair = z.union([z.string(), z.tuple([z.string(), z.string()])]);

const tokenizerSchema = z.object({
  added_tokens: z
    .array(z.object({ id, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), id),
    merges: z.array(pair),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    unk_token: z.string().nullish(),
    dropout: z.number().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
  }),
});
const settingsSchema = z.object({
  bos_token: marker,
  eos_token: marker,
  unk_token: marker,
  pad_token: marker,
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});
const idOrIds = z.union([id, z.array(id)]).nullish();
const idsSchema = z.object({ bos_token_id: idOrIds, eos_token_id: idOrIds, pad_token_id: idOrIds });

/** What a model's tokenizer files say, with tokens by number. */
export interface TokenizerFile {
  /** Of `tokenizer.json`. */
  readonly file: string;
  /** Texts by number; holes are undefined. */
  readonly tokens: readonly (string | undefined)[];
  /** Tokens found in a text before anything else; special ones only where markers count. */
  readonly added: ReadonlyMap<number, { readonly special: boolean }>;
  readonly merges: readonly (readonly [string, string])[];
  readonly byteFallback: boolean;
  readonly ignoresMerges: boolean;
  readonly normalizer: unknown;
  readonly preTokenizer: unknown;
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly unknown: number | undefined;
  readonly padding: number | undefined;
  /** Whether it puts them around a text. */
  readonly addsBos: boolean;
  readonly addsEos: boolean;
  readonly template: string | undefined;
}

/** Reads the tokenizer of a folder as the transformers library saves it. Throws `bad-model`. */
export async function readTokenizer(folder: string): Promise<TokenizerFile> {
  const file = path.join(folder, 'tokenizer.json');
  const json = await readJson(file, tokenizerSchema);
  const { model, added_tokens: added } = json;
  if ((model.dropout ?? 0) > 0 || model.continuing_subword_prefix || model.end_of_word_suffix) {
    throw badTokenizer(file, 'has BPE with dropout, or with marks within words');
  }
  const settings = await readJson(path.join(folder, 'tokenizer_config.json'), settingsSchema);
  const ids = {
    ...(await optionalJson(path.join(folder, 'config.json'), idsSchema)),
    ...(await optionalJson(path.join(folder, 'generation_config.json'), idsSchema)),
  };
  const byText = new Map(Object.entries(model.vocab));
  for (const { id: number, content } of added) byText.set(content, number);
  const tokens: (string | undefined)[] = [];
  for (const [text, number] of byText) {
    if (number >= mostTokens) throw badTokenizer(file, `numbers a token ${number}`);
    if (tokens[number] !== undefined) throw badTokenizer(file, `has two tokens ${number}`);
    tokens[number] = text;
  }
  const numberOf = (
    name: z.output<typeof marker>,
    number?: z.output<typeof idOrIds>,
  ): number | undefined => {
    const text = markerText(name);
    const known = text === undefined ? undefined : byText.get(text);
    return known ?? [number ?? []].flat()[0];
  };
  const bos = numberOf(settings.bos_token, ids.bos_token_id);
  const eos = numberOf(settings.eos_token, ids.eos_token_id);
  const around = tokensAround(json.post_processor);
  const at = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : byText.get(text);
  const [first, last] = [at(around?.before), at(around?.after)];
  if (around !== undefined && (first ?? bos) !== bos) {
    throw badTokenizer(file, `begins texts with "${around.before}", which is not its bos_token`);
  }
  return {
    file,
    tokens,
    added: new Map(added.map(({ id: number, special }) => [number, { special }])),
    merges: model.merges.map((merge) => {
      if (typeof merge !== 'string') return merge;
      const [left = '', right = '', ...rest] = merge.split(' ');
      if (right === '' || rest.length > 0) throw badTokenizer(file, 'has a merge of no two tokens');
      return [left, right];
    }),
    byteFallback: model.byte_fallback,
    ignoresMerges: model.ignore_merges,
    normalizer: json.normalizer,
    preTokenizer: json.pre_tokenizer,
    ...{ bos, eos },
    unknown: numberOf(model.unk_token ?? settings.unk_token),
    padding: numberOf(settings.pad_token, ids.pad_token_id),
    addsBos: around === undefined ? settings.add_bos_token === true : first !== undefined,
    addsEos:
      around === undefined
        ? settings.add_eos_token === true
        : last !== undefined && eos !== undefined && last === eos,
    template: await readTemplate(folder, settings.chat_template ?? undefined),
  };
}

/** Known vocabularies have up to 300,000 tokens. */
const mostTokens = 1 << 22;

const piece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string() }) }),
  z.object({ Sequence: z.unknown() }),
]);
const templateSchema = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(piece),
});
const processorsSchema = z.object({
  type: z.literal('Sequence'),
  processors: z.array(z.unknown()),
});

/** The markers that a post-processor puts around one text; undefined where it has no template for texts. */
function tokensAround(
  processor: unknown,
): { readonly before: string | undefined; readonly after: string | undefined } | undefined {
  const sequence = processorsSchema.safeParse(processor);
  if (sequence.success) {
    return sequence.data.processors.map(tokensAround).find((found) => found !== undefined);
  }
  const template = templateSchema.safeParse(processor);
  if (!template.success) return undefined;
  const { single } = template.data;
  const text = single.findIndex((part) => 'Sequence' in part);
  const marker = (part: z.output<typeof piece> | undefined): string | undefined =>
    part !== undefined && 'SpecialToken' in part ? part.SpecialToken.id : undefined;
  return {
    before: text > 0 ? marker(single[text - 1]) : undefined,
    after: marker(single[text + 1]),
  };
}

async function readTemplate(
  folder: string,
  configured: z.output<typeof settingsSchema>['chat_template'],
): Promise<string | undefined> {
  const own = await readFile(path.join(folder, 'chat_template.jinja'), 'utf8').catch(
    () => undefined,
  );
  if (own !== undefined) return own;
  if (typeof configured === 'string') return configured;
  return configured?.find(({ name }) => name === 'default')?.template;
}

async function optionalJson<Value>(
  file: string,
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsed(file, schema, text);
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GraphError('missing-file', `Graft cannot open ${file}, which a conversion reads`, {
      location: { file },
      cause,
    });
  });
  return parsed(file, schema, text);
}

function parsed<Value>(file: string, schema: z.ZodType<Value>, text: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
    throw badTokenizer(file, `is not what a BPE tokenizer's file holds${where}`, cause);
  }
}

export function badTokenizer(file: string, reason: string, cause?: unknown): GraphError {
  return new GraphError(
    'bad-model',
    `${file} ${reason}, so Graft cannot convert its model to GGUF; convert it with llama.cpp's convert_hf_to_gguf.py and import the result`,
    { location: { file }, cause },
  );
}
