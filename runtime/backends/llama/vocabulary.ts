import {
  resolveChatWrapper,
  type ChatWrapper,
  type LlamaModel,
  type Token,
  type Tokenizer,
} from 'node-llama-cpp';
import { z } from 'zod';

/** GPT-2's alphabet: printable bytes stand for themselves, the others for characters from U+0100 on. */
const bytes = new Map<string, number>();
for (let byte = 0, moved = 0x100; byte < 256; byte++) {
  const printable =
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  bytes.set(String.fromCodePoint(printable ? byte : moved++), byte);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a token of a byte-level vocabulary. Shows bytes that form no character as `<0xE2>`; returns a marker with
 * characters outside the alphabet unchanged.
 */
export function fromByteLevel(written: string): string {
  const found = [...written].map((character) => bytes.get(character));
  const all = found.filter((byte) => byte !== undefined);
  if (all.length < found.length) return written;
  try {
    return utf8.decode(Uint8Array.from(all));
  } catch {
    return all
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `<0x${hex(byte)}>`))
      .join('');
  }
}

/** The text of a token of a SentencePiece vocabulary, which writes single bytes as `<0xE2>`. */
export function fromSentencePiece(written: string): string {
  return written.replaceAll('▁', ' ');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase();
}

/** A model's vocabulary, from any file format. */
export interface Vocabulary extends AsyncDisposable {
  /** Tokens of a text; reads markers as such only on request. */
  readonly tokenizer: Tokenizer;
  /** Tokens that the model expects before every text that is not a conversation. */
  readonly start: readonly Token[];
  readonly endOfText: Token | undefined;
  /** The chat template, in Jinja. */
  readonly template: string | undefined;
  /** Fallback form of conversations, by the model's family. */
  family(): ChatWrapper;
  /** The text of a single token. */
  piece(token: Token): string;
}

const ggmlSchema = z.object({ model: z.string(), tokens: z.array(z.string()) });

/** The vocabulary of a GGUF file, without loading weights; disposal frees the model. */
export function ggufVocabulary(model: LlamaModel): Vocabulary {
  const { tokens, fileInfo } = model;
  const { bos, eos, shouldPrependBosToken } = tokens;
  const template: unknown = fileInfo.metadata.tokenizer.chat_template;
  let written: z.output<typeof ggmlSchema> | undefined;
  return {
    tokenizer: model.tokenizer,
    start: bos !== null && shouldPrependBosToken ? [bos] : [],
    endOfText: eos ?? undefined,
    template: typeof template === 'string' && template.trim() !== '' ? template : undefined,
    family: () => resolveChatWrapper(model),
    piece(token) {
      written ??= ggmlSchema.parse(fileInfo.metadata.tokenizer.ggml);
      const text = written.tokens[token] ?? '';
      return written.model === 'gpt2' ? fromByteLevel(text) : fromSentencePiece(text);
    },
    [Symbol.asyncDispose]: () => model.dispose(),
  };
}
