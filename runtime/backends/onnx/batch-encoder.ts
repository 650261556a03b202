import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraphError, type EncodedText } from '@graft/graph';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { z } from 'zod';
import { tokenizerBudget, type TokenizerBudget } from '../shared/tokenizer-budget.ts';

const encodingSchema = z.object({
  input_ids: z.array(z.array(z.number())),
  token_type_ids: z.array(z.array(z.number())).optional(),
});

/** transformers.js reads models below one global folder, so loads take turns. */
let loading: Promise<unknown> = Promise.resolve();

/**
 * A model's own tokenizer. Except for loading, everything throws `bad-model` if its files contain something that it
 * cannot process.
 */
export class BatchEncoder {
  readonly #folder: string;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #special: ReadonlySet<number>;
  readonly #within: TokenizerBudget;
  /** Maximal tokens; longer texts are cut. */
  readonly limit: number;

  private constructor(
    folder: string,
    tokenizer: PreTrainedTokenizer,
    { limit, within }: { readonly limit: number; readonly within: TokenizerBudget },
  ) {
    this.#folder = folder;
    this.#tokenizer = tokenizer;
    this.#within = within;
    this.#special = new Set(tokenizer.all_special_ids);
    this.limit = limit;
  }

  /** `least`: minimal time limit of a text in milliseconds; default: enough for a busy machine. */
  static load(folder: string, limit: number, least?: number): Promise<BatchEncoder> {
    const load = loading.then(async () => {
      const { AutoTokenizer, env } = await import('@huggingface/transformers');
      env.allowRemoteModels = false;
      env.localModelPath = dirname(folder);
      try {
        const tokenizer = await AutoTokenizer.from_pretrained(basename(folder));
        const json = await readFile(join(folder, 'tokenizer.json'), 'utf8').catch(() => '');
        const within = tokenizerBudget(basename(folder), json, least);
        return new BatchEncoder(folder, tokenizer, { limit, within });
      } catch (cause) {
        throw new GraphError('bad-model', `Graft cannot read the tokenizer in ${folder}`, {
          cause,
        });
      }
    });
    loading = load.catch(() => undefined);
    return load;
  }

  /** With `pairs`, joins each text and its pair; at most `most` tokens, with markers. */
  encode(
    texts: readonly string[],
    {
      pairs,
      most = this.limit,
    }: { readonly pairs?: readonly string[]; readonly most?: number } = {},
  ): EncodedText[] {
    if (texts.length === 0) return [];
    const characters = [...texts, ...(pairs ?? [])].reduce((sum, { length }) => sum + length, 0);
    const encoded = this.#work(characters, (tokenizer) =>
      encodingSchema.parse(
        tokenizer([...texts], {
          ...(pairs === undefined ? {} : { text_pair: [...pairs] }),
          return_tensor: false,
          padding: false,
          truncation: true,
          max_length: Math.min(most, this.limit),
        }),
      ),
    );
    return encoded.input_ids.map((ids, index) => ({
      ids,
      segments: encoded.token_type_ids?.[index] ?? [],
    }));
  }

  /** Tokens of the whole text, without cutting. */
  count(text: string): number {
    return this.#work(text.length, (tokenizer) => tokenizer.encode(text).length);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  #work<Result>(characters: number, use: (tokenizer: PreTrainedTokenizer) => Result): Result {
    try {
      return this.#within(characters, () => use(this.#tokenizer));
    } catch (cause) {
      if (cause instanceof GraphError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GraphError(
        'bad-model',
        `Graft cannot use the tokenizer in ${this.#folder}: ${reason}. Get the model's files again`,
        { cause },
      );
    }
  }
}
