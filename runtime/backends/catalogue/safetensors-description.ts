import { basename, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { readSafetensorsHeader } from '@graft/kit';
import { z } from 'zod';
import { fileWithin, readableHeader, readModelJson, requireInner } from './model-folder-file.ts';
import { missing, type ModelDescription } from './onnx-description.ts';

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

/** Reads a folder with a language model as the transformers library saves it. Throws `bad-model`, `damaged-file`, `unsafe-path`. */
export async function describeSafetensorsFolder(folder: string): Promise<ModelDescription> {
  const shards = await shardsOf(folder);
  const absent = await missing(folder, [...companions, ...shards]);
  if (absent.length > 0) {
    throw new GraphError(
      'bad-model',
      `${folder} is not a model folder: it lacks ${absent.join(', ')}`,
      { location: { file: folder } },
    );
  }
  const config = await readModelJson(folder, 'config.json', configSchema);
  const parameters = new Map<string, number>();
  for (const shard of shards) {
    const file = await fileWithin(folder, shard);
    const { tensors } = await readableHeader(file, readSafetensorsHeader);
    for (const { dtype, shape } of tensors) {
      const size = shape.reduce((product, length) => product * length, 1);
      parameters.set(dtype, (parameters.get(dtype) ?? 0) + size);
    }
  }
  const [dtype] = [...parameters].sort(([, one], [, other]) => other - one)[0] ?? ['unknown'];
  const optional = [...optionalCompanions, ...(shards.length > 1 ? [indexName] : [])];
  const lacking = await missing(folder, optional);
  return {
    name: basename(folder),
    title: basename(folder),
    kind: 'language-model',
    format: 'safetensors',
    architecture: config.model_type,
    dtype: dtype.toLowerCase(),
    contextLength: config.max_position_embeddings,
    parameters: [...parameters.values()].reduce((sum, count) => sum + count, 0),
    files: [...companions, ...optional.filter((name) => !lacking.includes(name)), ...shards],
  };
}

async function shardsOf(folder: string): Promise<string[]> {
  if ((await missing(folder, [indexName])).length > 0) return ['model.safetensors'];
  const { weight_map } = await readModelJson(folder, indexName, indexSchema);
  const shards = [...new Set(Object.values(weight_map))].sort();
  for (const shard of shards) requireInner(join(folder, indexName), shard);
  return shards;
}
