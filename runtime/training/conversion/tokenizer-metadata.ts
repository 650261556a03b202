import type { GgufValue } from '@graft/kit';
import { z } from 'zod';
import { preTokenizerOf } from './pre-tokenizers.ts';
import { badTokenizer, type TokenizerFile } from './tokenizer-file.ts';

/** llama.cpp's `tokenizer.ggml.token_type`. */
const tokenTypes = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

type Entry = readonly [string, GgufValue];

/**
 * A tokenizer as llama.cpp reads it (gguf-py's constants.py): byte-level BPE as `gpt2`, BPE with byte fallback as
 * SentencePiece's, `llama`. `size` is the number of rows of the embedding: what lies beyond is left out if it was
 * added, rows without a token are unused. Throws `bad-model` for a tokenizer that llama.cpp would read otherwise.
 */
export function tokenizerMetadata(tokenizer: TokenizerFile, size: number): readonly Entry[] {
  const { file, tokens, added, bos, eos, unknown, padding, template } = tokenizer;
  const beyond = tokens.findIndex((text, at) => at >= size && text !== undefined && !added.has(at));
  if (beyond >= 0) {
    throw badTokenizer(file, `has the token ${beyond}, but its model only ${size} tokens`);
  }
  const isBytes = !tokenizer.byteFallback;
  const texts = Array.from({ length: size }, (_, at) => {
    const text = tokens[at] ?? `[PAD${at}]`;
    // llama.cpp looks for them before it writes spaces as SentencePiece does.
    return !isBytes && added.get(at)?.special === false ? text.replaceAll('▁', ' ') : text;
  });
  const types = texts.map((text, at) => {
    if (tokens[at] === undefined) return tokenTypes.unused;
    if (at === unknown && !isBytes) return tokenTypes.unknown;
    const found = added.get(at);
    if (found !== undefined) return found.special ? tokenTypes.control : tokenTypes.userDefined;
    return !isBytes && byteToken.test(text) ? tokenTypes.byte : tokenTypes.normal;
  });
  const ids: readonly (readonly [string, number | undefined])[] = [
    ['bos', bos],
    ['eos', eos],
    ['unknown', unknown],
    ['padding', padding],
  ];
  return [
    ...(isBytes ? byteLevel(tokenizer) : sentencePiece(tokenizer, texts)),
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: texts }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', values: types }],
    ...ids.flatMap(([name, value]): Entry[] =>
      value === undefined || value >= size
        ? []
        : [[`tokenizer.ggml.${name}_token_id`, { type: 'u32', value }]],
    ),
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: tokenizer.addsBos }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: tokenizer.addsEos }],
    ...(template === undefined
      ? []
      : [['tokenizer.chat_template', { type: 'string', value: template }] as const]),
  ];
}

const byteToken = /^<0x[0-9A-F]{2}>$/;

function byteLevel({
  file,
  merges,
  preTokenizer,
  normalizer,
  ignoresMerges,
}: TokenizerFile): readonly Entry[] {
  const pre = preTokenizerOf(preTokenizer);
  if (pre === undefined) {
    throw badTokenizer(file, 'splits texts in a way that llama.cpp has no name for in Graft');
  }
  // llama.cpp normalizes nothing: only texts with decomposed characters differ.
  const isPlain = normalizer === null || normalizer === undefined;
  if (!isPlain && !z.object({ type: z.literal('NFC') }).safeParse(normalizer).success) {
    throw badTokenizer(file, 'changes texts before it splits them');
  }
  if (ignoresMerges && !pre.ignoresMerges) {
    throw badTokenizer(file, `takes whole words as tokens, which "${pre.name}" does not`);
  }
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: pre.name }],
    [
      'tokenizer.ggml.merges',
      { type: 'array', of: 'string', values: merges.map((merge) => merge.join(' ')) },
    ],
  ];
}

function sentencePiece(tokenizer: TokenizerFile, texts: readonly string[]): readonly Entry[] {
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'default' }],
    ['tokenizer.ggml.scores', { type: 'array', of: 'f32', values: pieceScores(tokenizer, texts) }],
    ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: spaceBefore(tokenizer) }],
  ];
}

/**
 * The scores that make SentencePiece merge in the order of the merges: the earlier a token's merges, the higher. That
 * holds where all merges into one token stand together, as they do where the merges were made from scores.
 */
function pieceScores(
  { file, merges, added, tokens }: TokenizerFile,
  texts: readonly string[],
): readonly number[] {
  const found = new Set([...added.keys()].map((at) => tokens[at]));
  const order = new Map<string, number>();
  let before: string | undefined;
  for (const [left, right] of merges) {
    const whole = left + right;
    // Found before anything is merged.
    if (found.has(whole)) continue;
    if (whole !== before && order.has(whole)) {
      throw badTokenizer(
        file,
        `has merges into "${whole}" in several places, unlike SentencePiece`,
      );
    }
    if (whole !== before) order.set(whole, order.size);
    before = whole;
  }
  return texts.map((text) => -(order.get(text) ?? order.size));
}

const replace = z.object({
  type: z.literal('Replace'),
  pattern: z.object({ String: z.literal(' ') }),
  content: z.literal('▁'),
});
const prepend = z.object({ type: z.literal('Prepend'), prepend: z.literal('▁') });
const normalizerSchema = z.union([
  replace.transform(() => false),
  z
    .object({ type: z.literal('Sequence'), normalizers: z.tuple([prepend, replace]) })
    .transform(() => true),
]);
const metaspace = z.object({
  type: z.literal('Metaspace'),
  replacement: z.literal('▁'),
  prepend_scheme: z.enum(['first', 'always', 'never']).default('always'),
  split: z.boolean().default(true),
});
/** Spaces are gone by then: it splits nothing. */
const noSplit = z.object({
  type: z.literal('Split'),
  pattern: z.object({ String: z.literal(' ') }),
});

/** Whether it puts a space before a text. */
function spaceBefore({ file, normalizer, preTokenizer }: TokenizerFile): boolean {
  const normalized = normalizerSchema.safeParse(normalizer);
  const isBare = preTokenizer === null || noSplit.safeParse(preTokenizer).success;
  if (normalized.success && isBare) return normalized.data;
  const spaced = metaspace.safeParse(preTokenizer);
  if (normalizer === null && spaced.success && !spaced.data.split) {
    return spaced.data.prepend_scheme !== 'never';
  }
  throw badTokenizer(file, 'treats spaces in a way that SentencePiece does not');
}
