import { expect, it } from 'vitest';
import type { GgufHeader, GgufValue } from '@graft/kit';
import { describeGgufHeader } from './gguf-description.ts';

/** A header with these numbers of its family, and these tensors. */
function header(
  architecture: string,
  numbers: Readonly<Record<string, number>>,
  tensors: readonly string[] = [],
): GgufHeader {
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: architecture }],
  ]);
  const all = { context_length: 512, embedding_length: 8, ...numbers };
  for (const [name, value] of Object.entries(all)) {
    metadata.set(`${architecture}.${name}`, { type: 'u32', value });
  }
  const tensor = { shape: [8], type: 0, typeName: 'F32', offset: 0, bytes: 32 };
  return { version: 3, metadata, tensors: tensors.map((name) => ({ ...tensor, name })) };
}
const described = (...parts: Parameters<typeof header>) =>
  describeGgufHeader(header(...parts), 'm.gguf');

it('tells embedders, cross-encoders and language models apart', async () => {
  expect(await described('llama', {})).toMatchObject({ kind: 'language-model' });
  expect(await described('bert', { pooling_type: 2 })).toMatchObject({
    ...{ kind: 'embedder', dimension: 8, contextLength: 512 },
    embedding: { pooling: ['cls'] },
  });
  expect(await described('qwen3', { pooling_type: 3, context_length: 32_768 })).toMatchObject({
    kind: 'embedder',
    contextLength: 2048,
    embedding: { pooling: ['last'] },
  });
  expect(await described('bert', {}, ['cls.weight'])).toMatchObject({ kind: 'cross-encoder' });
  await expect(described('qwen3', { pooling_type: 4 })).rejects.toThrow(/score head/);
});
