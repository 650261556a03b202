import {
  resolveChatWrapper,
  type ChatWrapper,
  type LlamaModel,
  type Token,
  type Tokenizer,
} from 'node-llama-cpp';
import { z } from 'zod';
import { fromByteLevel, fromSentencePiece } from './byte-level.ts';

/** A model's tokens, wherever they are written down. */
export interface Vocabulary extends AsyncDisposable {
  /** Tokens of a text; markers in it count as markers only where that is asked for. */
  readonly tokenizer: Tokenizer;
  /** What the model puts in front of every text that is not a conversation. */
  readonly start: readonly Token[];
  readonly endOfText: Token | undefined;
  /** The chat template, in Jinja. */
  readonly template: string | undefined;
  /** A form of conversations to fall back to, by what is known of the model's family. */
  family(): ChatWrapper;
  /** The text of a single token. */
  piece(token: Token): string;
}

const ggmlSchema = z.object({ model: z.string(), tokens: z.array(z.string()) });

/** The vocabulary of a GGUF file, whose weights need not be loaded; disposing frees the model. */
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
