import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraphError, type EncodedText } from '@graft/graph';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { z } from 'zod';
import { tokenizerBudget, type TokenizerBudget } from '../shared/tokenizer-budget.ts';
import { cutPair, cutText, markersOf, type Markers } from './cut-tokens.ts';

const encodingSchema = z.object({
  input_ids: z.array(z.array(z.number())),
  token_type_ids: z.array(z.array(z.number())).optional(),
});

const configSchema = z.object({ model_input_names: z.array(z.string()).nullish() });

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
  /** Whether its files ask for segments; else its class decides. */
  readonly #hasSegments: boolean;
  #markers: Markers | undefined;
  /** Maximal tokens; longer texts are cut. */
  readonly limit: number;

  private constructor(
    folder: string,
    tokenizer: PreTrainedTokenizer,
    {
      limit,
      within,
      hasSegments,
    }: {
      readonly limit: number;
      readonly within: TokenizerBudget;
      readonly hasSegments: boolean;
    },
  ) {
    this.#folder = folder;
    this.#tokenizer = tokenizer;
    this.#within = within;
    this.#hasSegments = hasSegments;
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
        const read = (name: string): Promise<string | undefined> =>
          readFile(join(folder, name), 'utf8').catch(() => undefined);
        const json = (await read('tokenizer.json')) ?? '';
        const within = tokenizerBudget(basename(folder), json, least);
        const config: unknown = JSON.parse((await read('tokenizer_config.json')) ?? '{}');
        const { model_input_names: names } = configSchema.parse(config);
        const hasSegments = names?.includes('token_type_ids') ?? false;
        return new BatchEncoder(folder, tokenizer, { limit, within, hasSegments });
      } catch (cause) {
        throw new GraphError('bad-model', `Graft cannot read the tokenizer in ${folder}`, {
          cause,
        });
      }
    });
    loading = load.catch(() => undefined);
    return load;
  }

  /** With `pairs`, joins each text and its pair. Cuts the texts, not their markers, beyond `most` tokens. */
  encode(
    texts: readonly string[],
    {
      pairs,
      most = this.limit,
    }: { readonly pairs?: readonly string[]; readonly most?: number } = {},
  ): EncodedText[] {
    const longest = Math.min(most, this.limit);
    return this.#whole(texts, pairs).map((text, at) => {
      if (text.ids.length <= longest) return text;
      const markers = (this.#markers ??= this.#findMarkers());
      return pairs === undefined
        ? cutText(text, longest, markers)
        : cutPair(text, longest, { own: this.#plain(texts[at] ?? '').length, markers });
    });
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  #whole(texts: readonly string[], pairs: readonly string[] | undefined): EncodedText[] {
    if (texts.length === 0) return [];
    const characters = [...texts, ...(pairs ?? [])].reduce((sum, { length }) => sum + length, 0);
    const encoded = this.#work(characters, (tokenizer) =>
      encodingSchema.parse(
        tokenizer([...texts], {
          ...(pairs === undefined ? {} : { text_pair: [...pairs] }),
          return_tensor: false,
          ...(this.#hasSegments ? { return_token_type_ids: true } : {}),
          // The tokenizer would cut off the marker at the end, too.
          truncation: false,
        }),
      ),
    );
    return encoded.input_ids.map((ids, index) => ({
      ids,
      segments: encoded.token_type_ids?.[index] ?? [],
    }));
  }

  /** Tokens without markers. */
  #plain(text: string): number[] {
    return this.#work(text.length, (tokenizer) =>
      tokenizer.encode(text, { add_special_tokens: false }),
    );
  }

  #findMarkers(): Markers {
    const probe = 'a';
    const [marked, paired] = [this.#whole([probe], undefined), this.#whole([probe], [probe])];
    return markersOf(this.#plain(probe), marked[0]?.ids ?? [], paired[0]?.ids ?? []);
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
