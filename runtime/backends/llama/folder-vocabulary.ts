import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { Tokenizer } from '@huggingface/tokenizers';
import {
  GeneralChatWrapper,
  resolveChatWrapper,
  type Token,
  type Tokenizer as LlamaTokenizer,
} from 'node-llama-cpp';
import { z } from 'zod';
import { tokenizerBudget } from '../shared/tokenizer-budget.ts';
import { type Vocabulary, fromByteLevel, fromSentencePiece } from './vocabulary.ts';

const marker = z.union([z.string(), z.object({ content: z.string() })]).nullish();
const templateSchema = z.union([
  z.string(),
  z.array(z.object({ name: z.string(), template: z.string() })),
]);
const configSchema = z.looseObject({
  bos_token: marker,
  eos_token: marker,
  chat_template: templateSchema.nullish(),
});
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ special: z.boolean().default(false) })),
  decoder: z.unknown(),
});
const generationSchema = z.looseObject({
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

/**
 * The vocabulary of a folder with `tokenizer.json`, the format of safetensors models. Throws `bad-model`, also from its
 * tokenizer if a text takes too long: `leastTime` is the minimal limit, in milliseconds.
 */
export async function folderVocabulary(
  folder: string,
  id: string,
  leastTime?: number,
): Promise<Vocabulary> {
  const read = <Value>(name: string, schema: z.ZodType<Value>): Promise<Value> =>
    readJson({ id, file: join(folder, name) }, schema);
  const json = await read('tokenizer.json', tokenizerSchema);
  const config = await read('tokenizer_config.json', configSchema);
  const generation = existsSync(join(folder, 'generation_config.json'))
    ? await read('generation_config.json', generationSchema)
    : {};
  const whole = new Tokenizer(json, config);
  const within = tokenizerBudget(id, JSON.stringify(json), leastTime);
  const idsOf = (text: string, special: boolean): Token[] =>
    within(text.length, () =>
      tokensOf((special ? whole : plain).encode(text, { add_special_tokens: false }).ids),
    );
  // Without its markers it tokenizes every text as plain text.
  const plain = new Tokenizer(
    { ...json, added_tokens: json.added_tokens.filter(({ special }) => !special) },
    config,
  );
  const tokenOf = (value: z.output<typeof marker>): Token | undefined => {
    const text = typeof value === 'string' ? value : value?.content;
    const [token] = tokensOf(text === undefined ? [] : [whole.token_to_id(text) ?? Number.NaN]);
    return token;
  };
  const [bos, eos] = [tokenOf(config.bos_token), tokenOf(config.eos_token)];
  const ends = new Set<number>([eos ?? [], generation.eos_token_id ?? []].flat());
  const special = new Set(
    [...whole.get_added_tokens_decoder().values()].flatMap((token) =>
      token.special ? token.id : [],
    ),
  );
  const builtin: Readonly<Record<string, Token | undefined>> = { BOS: bos, EOS: eos };
  const tokenizer: LlamaTokenizer = Object.assign(
    (text: string, kind: boolean | 'builtin' = false, option?: 'trimLeadingSpace'): Token[] => {
      if (kind === 'builtin') return [builtin[text] ?? []].flat();
      return option === undefined
        ? idsOf(text, kind)
        : withoutLeadingSpace(text, (each) => idsOf(each, kind));
    },
    {
      detokenize: (tokens: readonly Token[], withMarkers = false): string =>
        tokens.length === 0
          ? ''
          : whole.decode([...tokens], {
              skip_special_tokens: !withMarkers,
              clean_up_tokenization_spaces: false,
            }),
      isSpecialToken: (token: Token): boolean => special.has(token) || ends.has(token),
      isEogToken: (token: Token): boolean => ends.has(token),
    },
  );
  const byteLevel = JSON.stringify(json.decoder ?? '').includes('"ByteLevel"');
  const template = await readTemplate(folder, config.chat_template ?? undefined);
  return {
    tokenizer,
    start: startOf(whole),
    endOfText: eos,
    template,
    family: () => resolveChatWrapper({ tokenizer }) ?? new GeneralChatWrapper(),
    piece(token) {
      const text = whole.id_to_token(token) ?? '';
      return byteLevel ? fromByteLevel(text) : fromSentencePiece(text);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What the tokenizer prepends to a text, without what it appends. */
function startOf(tokenizer: Tokenizer): Token[] {
  const ids = tokenizer.encode('a').ids;
  const [first] = tokenizer.encode('a', { add_special_tokens: false }).ids;
  return tokensOf(first === undefined ? [] : ids.slice(0, Math.max(0, ids.indexOf(first))));
}

/** Some tokenizers prepend a space to every text; this text continues another. */
function withoutLeadingSpace(text: string, idsOf: (text: string) => Token[]): Token[] {
  const head = idsOf('\n');
  const all = idsOf(`\n${text}`);
  const goesOn = head.every((token, at) => token === all[at]);
  return goesOn ? all.slice(head.length) : idsOf(text);
}

async function readTemplate(
  folder: string,
  configured: z.output<typeof templateSchema> | undefined,
): Promise<string | undefined> {
  const file = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined);
  if (file !== undefined) return file;
  return typeof configured === 'string'
    ? configured
    : configured?.find(({ name }) => name === 'default')?.template;
}

async function readJson<Value>(
  { id, file }: { readonly id: string; readonly file: string },
  schema: z.ZodType<Value>,
): Promise<Value> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new GraphError(
      'bad-model',
      `"${id}" has no readable ${basename(file)}, which should hold its tokens`,
      { cause, location: { file } },
    );
  }
}

function tokensOf(ids: readonly number[]): Token[] {
  return ids.filter(isToken);
}

function isToken(id: number): id is Token {
  return Number.isInteger(id);
}
