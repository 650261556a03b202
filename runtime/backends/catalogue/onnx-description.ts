import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GraphError, type ModelEntry } from '@graft/graph';
import { z } from 'zod';
import { readModelJson } from './model-folder-file.ts';

/** What can be read from a user's model: an entry but for its identity, and the files it is made of. */
export type ModelDescription = Omit<ModelEntry, 'id' | 'licence' | 'files'> & {
  readonly name: string;
  /** Paths below the folder. */
  readonly files: readonly string[];
};

/** Far more than any embedder has: the width of a vector, the tokens of a text. */
const most = { width: 2 ** 20, tokens: 2 ** 24 };

const configSchema = z.object({
  model_type: z.string(),
  architectures: z.array(z.string()).default([]),
  hidden_size: z.number().int().positive().max(most.width).optional(),
  max_position_embeddings: z.number().int().positive().max(most.tokens).default(512),
});

/** By transformers.js's file names, best trade of speed and precision first. */
const weightNames = [
  ['model_q4.onnx', 'q4'],
  ['model_quantized.onnx', 'q8'],
  ['model.onnx', 'fp32'],
  ['model_fp16.onnx', 'fp16'],
] as const;

const companions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const optionalCompanions = ['special_tokens_map.json'];

/** Reads a folder in the layout of transformers.js. */
export async function describeOnnxFolder(folder: string): Promise<ModelDescription> {
  const weights = await readdir(join(folder, 'onnx')).catch((): string[] => []);
  const choice = weightNames.find(([name]) => weights.includes(name));
  const absent = await missing(folder, companions);
  if (choice === undefined || absent.length > 0) {
    const needed = choice === undefined ? ['onnx/model*.onnx', ...absent] : absent;
    throw new GraphError(
      'bad-model',
      `${folder} is not an ONNX model folder: it lacks ${needed.join(', ')}`,
      { location: { file: folder } },
    );
  }
  const [name, dtype] = choice;
  const config = await readModelJson(folder, 'config.json', configSchema);
  const classifier = config.architectures.some((one) => /SequenceClassification/.test(one));
  const external = weights.filter((other) => other.startsWith(`${name}_data`));
  const lacking = await missing(folder, optionalCompanions);
  const optional = optionalCompanions.filter((other) => !lacking.includes(other));
  return {
    name: basename(folder),
    title: basename(folder),
    kind: classifier ? 'cross-encoder' : 'embedder',
    format: 'onnx',
    architecture: config.model_type,
    dtype,
    ...(classifier || config.hidden_size === undefined ? {} : { dimension: config.hidden_size }),
    contextLength: config.max_position_embeddings,
    // Not told by the files; shown as unknown.
    parameters: 0,
    files: [...companions, ...optional, ...[name, ...external].map((file) => `onnx/${file}`)],
  };
}

/** Which of the files a folder lacks. */
export async function missing(folder: string, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return names.filter((_, index) => found[index] === undefined);
}
