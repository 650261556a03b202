import type { writeGguf } from '@graft/training/formats';

type Entry =
  Parameters<typeof writeGguf>[1] extends ReadonlyMap<infer Key, infer Value>
    ? readonly [Key, Value]
    : never;

/** GPT-2's letters for bytes: the printable ones stand for themselves, the others for letters from 256 on. */
function letters(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : next++),
  );
}

/** The last tokens: what begins and ends a turn. */
const control = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
const template =
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * A byte-level BPE vocabulary of any size: the bytes, then an earlier token followed by a byte, each by a merge of its
 * own, so that it takes the memory of a real one.
 */
export function randomVocabulary(size: number): Entry[] {
  const tokens = letters();
  const merges: string[] = [];
  for (let at = 0; tokens.length < size - control.length; at++) {
    const [first, second] = [tokens[Math.floor(at / 256)] ?? '', tokens[at % 256] ?? ''];
    tokens.push(first + second);
    merges.push(`${first} ${second}`);
  }
  const kinds = [...tokens.map(() => 1), ...control.map(() => 3)];
  const id = (at: number) => ({ type: 'u32', value: size - control.length + at }) as const;
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'qwen2' }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: [...tokens, ...control] }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', values: kinds }],
    ['tokenizer.ggml.merges', { type: 'array', of: 'string', values: merges }],
    ['tokenizer.ggml.eos_token_id', id(2)],
    ['tokenizer.ggml.padding_token_id', id(0)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ['tokenizer.chat_template', { type: 'string', value: template }],
  ];
}
