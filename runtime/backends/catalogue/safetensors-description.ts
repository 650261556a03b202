import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { missing, type ModelFiles } from './model-files.ts';
import { requireInner } from './model-folder-file.ts';
import type { ModelDescription } from './onnx-description.ts';

const configSchema = z.object({
  model_type: z.string(),
  max_position_embeddings: z.int().positive(),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

const companions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const optionalCompanions = [
  ...['generation_config.json', 'special_tokens_map.json', 'chat_template.jinja'],
];
const indexName = 'model.safetensors.index.json';

/** Reads a language model as the transformers library saves it. Throws `bad-model`, `damaged-file`, `unsafe-path`. */
export async function describeSafetensors(files: ModelFiles): Promise<ModelDescription> {
  const { place } = files;
  const shards = await shardsOf(files);
  const absent = await missing(files, [...companions, ...shards]);
  if (absent.length > 0) {
    throw new GraphError(
      'bad-model',
      `${place} is not a model folder: it lacks ${absent.join(', ')}`,
      { location: { file: place } },
    );
  }
  const config = await files.json('config.json', configSchema);
  const parameters = new Map<string, number>();
  for (const shard of shards) {
    const { tensors } = await files.safetensors(shard);
    for (const { dtype, shape } of tensors) {
      const size = shape.reduce((product, length) => product * length, 1);
      parameters.set(dtype, (parameters.get(dtype) ?? 0) + size);
    }
  }
  const [dtype] = [...parameters].sort(([, one], [, other]) => other - one)[0] ?? ['unknown'];
  const optional = [...optionalCompanions, ...(shards.length > 1 ? [indexName] : [])];
  const lacking = await missing(files, optional);
  return {
    name: files.name,
    title: files.name,
    kind: 'language-model',
    format: 'safetensors',
    architecture: config.model_type,
    dtype: dtype.toLowerCase(),
    contextLength: config.max_position_embeddings,
    parameters: [...parameters.values()].reduce((sum, count) => sum + count, 0),
    files: [...companions, ...optional.filter((name) => !lacking.includes(name)), ...shards],
  };
}

async function shardsOf(files: ModelFiles): Promise<string[]> {
  if (!(await files.has(indexName))) return ['model.safetensors'];
  const { weight_map } = await files.json(indexName, indexSchema);
  const shards = [...new Set(Object.values(weight_map))].sort();
  for (const shard of shards) requireInner(`${files.place}/${indexName}`, shard);
  return shards;
}
