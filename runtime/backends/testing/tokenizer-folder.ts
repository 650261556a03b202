import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { z } from 'zod';
import type { LlamaFile } from '../llama/llama-file.ts';

const tokenizerSchema = z.object({
  chat_template: z.string(),
  ggml: z.object({
    tokens: z.array(z.string()),
    merges: z.array(z.string()),
    token_type: z.array(z.number()),
    bos_token_id: z.number(),
    eos_token_id: z.number(),
  }),
});

/** llama.cpp's type of tokens that are markers. */
const control = 3;

/** Writes SmolLM2's tokenizer as its repository has it, from what its GGUF file holds. */
export async function writeTokenizerFolder(
  { path }: LlamaFile,
  folder: string,
  template?: string,
): Promise<void> {
  const { metadata } = await readGgufFileInfo(path);
  const { ggml, chat_template } = tokenizerSchema.parse(metadata.tokenizer);
  const { tokens, merges, token_type, bos_token_id, eos_token_id } = ggml;
  const byteLevel = {
    ...{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  };
  const tokenizer = {
    version: '1.0',
    added_tokens: tokens.flatMap((content, id) =>
      token_type[id] === control ? [{ id, content, special: true, normalized: false }] : [],
    ),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel],
    },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
  const config = {
    bos_token: tokens[bos_token_id],
    eos_token: { content: tokens[eos_token_id] },
    chat_template: template ?? chat_template,
  };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
