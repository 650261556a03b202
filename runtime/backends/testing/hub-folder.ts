import { link, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GgufBytes } from '@graft/kit/testing';

/** Files by path: their bytes, or where a file lies that they are linked to. */
export type HubFolderFiles = Readonly<Record<string, string | Uint8Array>>;

/** Lays repositories out for a hub: `owner/name` to files. A text that begins with a slash is the path of a file. */
export async function hubFolder(
  repos: Readonly<Record<string, HubFolderFiles>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'graft-hub-'));
  for (const [repo, files] of Object.entries(repos)) {
    for (const [name, content] of Object.entries(files)) {
      const target = join(path, repo, name);
      await mkdir(dirname(target), { recursive: true });
      if (typeof content !== 'string' || !content.startsWith('/')) await writeFile(target, content);
      else await link(content, target).catch(() => copyFile(content, target));
    }
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A GGUF file with so many bytes of weights; `seed` makes others. */
export function smallGguf(weights = 4096, seed = 1): Buffer {
  const numbers = weights / 4;
  const head = GgufBytes.head(1n, 4n)
    .text('general.architecture')
    .u32(8)
    .text('llama')
    .text('general.name')
    .u32(8)
    .text(`Small ${seed}`)
    .text('llama.context_length')
    .u32(4)
    .u32(64)
    .text('general.file_type')
    .u32(4)
    .u32(0)
    .tensor('w', BigInt(numbers), 0n)
    .bytes();
  const data = Buffer.alloc(weights);
  // Not all alike, so that pieces in another order are other bytes.
  for (let at = 0; at + 4 <= weights; at += 4)
    data.writeUInt32LE((at * 2654435761 + seed) >>> 0, at);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), data]);
}

/** The files of a language model of a family in safetensors, with a single weight. */
export function smallSafetensors(family = 'llama'): Record<string, Buffer> {
  const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const length = Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer);
  return {
    'config.json': Buffer.from(`{"model_type":"${family}","max_position_embeddings":64}`),
    'tokenizer.json': Buffer.from('{}'),
    'tokenizer_config.json': Buffer.from('{}'),
    'model.safetensors': Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]),
  };
}

/** The files of an embedder in the layout of transformers.js. */
export const smallEmbedder: HubFolderFiles = {
  'config.json': '{"model_type":"bert","hidden_size":8,"architectures":["BertModel"]}',
  'tokenizer.json': '{}',
  'tokenizer_config.json': '{"a":1}',
  'README.md': '# An embedder',
  'onnx/model.onnx': 'weights in fp32',
  'onnx/model_q4.onnx': 'weights in q4',
  'onnx/model_q4.onnx_data': 'more of them',
};

/** The files of a language model in two precisions, with what reads images for it. */
export const twoPrecisions = {
  'README.md': '# A model',
  'small-Q4_K_M.gguf': smallGguf(4096, 1),
  'small-Q8_0.gguf': smallGguf(8192, 2),
  'mmproj-small-f16.gguf': smallGguf(64, 3),
} as const satisfies HubFolderFiles;
