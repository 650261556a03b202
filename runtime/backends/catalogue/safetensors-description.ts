import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { missing, type ModelDescription } from './onnx-description.ts';

const configSchema = z.object({
  model_type: z.string(),
  max_position_embeddings: z.int().positive(),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const tensorSchema = z.object({ dtype: z.string(), shape: z.array(z.number()) });
type Tensor = z.output<typeof tensorSchema>;
/** Beside the tensors stand metadata, which are texts. */
const headerSchema = z.record(
  z.string(),
  z.union([tensorSchema, z.record(z.string(), z.string())]),
);

const companions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const optionalCompanions = [
  ...['generation_config.json', 'special_tokens_map.json', 'chat_template.jinja'],
];
const indexName = 'model.safetensors.index.json';
/** A header that claims more is no header: the largest models have a few megabytes. */
const longestHeader = 100_000_000;

/** Reads a folder with a language model as the transformers library saves it. Throws `bad-model`. */
export async function describeSafetensorsFolder(folder: string): Promise<ModelDescription> {
  const shards = await shardsOf(folder);
  const absent = await missing(folder, [...companions, ...shards]);
  if (absent.length > 0) {
    throw new GraphError(
      'bad-model',
      `${folder} is no model folder: it lacks ${absent.join(', ')}`,
      { location: { file: folder } },
    );
  }
  const config = await readJson(join(folder, 'config.json'), configSchema);
  const parameters = new Map<string, number>();
  for (const shard of shards) {
    for (const { dtype, shape } of await readHeader(join(folder, shard))) {
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
  const { weight_map } = await readJson(join(folder, indexName), indexSchema);
  return [...new Set(Object.values(weight_map))].sort();
}

/** What the tensors of a file are: its length as 8 bytes, then JSON. */
async function readHeader(file: string): Promise<Tensor[]> {
  await using handle = await open(file);
  const length = Buffer.alloc(8);
  await handle.read(length, 0, 8, 0);
  const size = Number(length.readBigUInt64LE());
  const { size: available } = await handle.stat();
  if (size > Math.min(longestHeader, available)) throw unreadable(file);
  const header = Buffer.alloc(size);
  await handle.read(header, 0, size, 8);
  return Object.values(parse(file, header.toString(), headerSchema)).filter(isTensor);
}

function isTensor(entry: Tensor | Record<string, string>): entry is Tensor {
  return Array.isArray(entry['shape']);
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  return parse(file, await readFile(file, 'utf8'), schema);
}

function parse<Value>(file: string, text: string, schema: z.ZodType<Value>): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause?: unknown): GraphError {
  return new GraphError('bad-model', `${file} is cut off or is not what its name says`, {
    cause,
    location: { file },
  });
}
