import type { LlamaModel, Token } from 'node-llama-cpp';
import { z } from 'zod';

const vocabularySchema = z.object({ model: z.string(), tokens: z.array(z.string()) });

/** The text of single tokens, as the GGUF file's vocabulary writes it. */
export class TokenPieces {
  readonly #model: LlamaModel;
  readonly #byteLevel: boolean;
  readonly #written: readonly string[];
  readonly #known = new Map<Token, string>();

  constructor(model: LlamaModel) {
    this.#model = model;
    const vocabulary = vocabularySchema.safeParse(model.fileInfo.metadata.tokenizer.ggml);
    this.#byteLevel = vocabulary.data?.model === 'gpt2';
    this.#written = vocabulary.data?.tokens ?? [];
  }

  /** A byte that is not a character by itself is shown as `<0xE2>`. */
  of(token: Token): string {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const written = this.#written[token];
    const piece =
      written === undefined
        ? this.#model.detokenize([token], true)
        : this.#byteLevel
          ? fromByteLevel(written)
          : written.replaceAll('▁', ' ');
    this.#known.set(token, piece);
    return piece;
  }
}

/** GPT-2's alphabet: printable bytes stand for themselves, the others for the characters from U+0100 on. */
const bytes = new Map<string, number>();
for (let byte = 0, moved = 0x100; byte < 256; byte++) {
  const printable =
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  bytes.set(String.fromCodePoint(printable ? byte : moved++), byte);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function fromByteLevel(written: string): string {
  const found = [...written].map((character) => bytes.get(character));
  // Markers may hold characters outside of the alphabet: they are written as they are.
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

function hex(byte: number): string {
  return byte.toString(16).toUpperCase();
}
