import { z } from 'zod';

const stepSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('Split'),
    pattern: z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]),
    behavior: z.string(),
    invert: z.boolean().default(false),
  }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean().default(true),
    use_regex: z.boolean().default(true),
  }),
]);
const preTokenizerSchema = z.union([
  stepSchema.transform((step) => [step]),
  z
    .object({ type: z.literal('Sequence'), pretokenizers: z.array(stepSchema) })
    .transform(({ pretokenizers }) => pretokenizers),
]);

/** Llama 3's pattern, which Qwen has with single digits. */
const words = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const tekken =
  '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** How llama.cpp splits a text before byte-level BPE, by its name of it (llama-vocab.cpp). */
interface PreTokenizer {
  readonly name: string;
  /** Whether a piece that is a token is taken whole, without merges. */
  readonly ignoresMerges: boolean;
}

const known: ReadonlyMap<string, PreTokenizer> = new Map([
  ['bytes and words', { name: 'gpt-2', ignoresMerges: false }],
  ['single digits, bytes and words', { name: 'smollm', ignoresMerges: false }],
  [`split ${words('\\p{N}{1,3}')}, bytes`, { name: 'llama-bpe', ignoresMerges: true }],
  [`split ${words('\\p{N}')}, bytes`, { name: 'qwen2', ignoresMerges: false }],
  [`split ${tekken}, bytes`, { name: 'tekken', ignoresMerges: true }],
]);

/** The one that a `pre_tokenizer` of a tokenizer.json describes; undefined for any that llama.cpp has no equal of. */
export function preTokenizerOf(json: unknown): PreTokenizer | undefined {
  const { data: steps } = preTokenizerSchema.safeParse(json);
  return steps && known.get(steps.map(shownStep).join(', '));
}

function shownStep(step: z.output<typeof stepSchema>): string {
  switch (step.type) {
    case 'Digits':
      return step.individual_digits ? 'single digits' : 'digits';
    case 'ByteLevel':
      return `${step.add_prefix_space ? 'space before, ' : ''}${step.use_regex ? 'bytes and words' : 'bytes'}`;
    case 'Split': {
      const isolated = step.behavior === 'Isolated' && !step.invert && 'Regex' in step.pattern;
      return isolated && 'Regex' in step.pattern ? `split ${step.pattern.Regex}` : 'another split';
    }
  }
}
