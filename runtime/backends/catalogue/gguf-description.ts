import { GraphError } from '@graft/graph';
import { readGgufHeader, type GgufHeader, type GgufValue } from '@graft/kit';
import { readableHeader } from './model-folder-file.ts';
import type { ModelDescription } from './onnx-description.ts';

/** Reads a GGUF file's header. Throws `damaged-file`, and `bad-model` for what is no model. */
export async function describeGguf(file: string, fileName: string): Promise<ModelDescription> {
  return describeGgufHeader(await readableHeader(file, readGgufHeader), fileName);
}

/** The same of a header. Throws `bad-model`. */
export async function describeGgufHeader(
  { metadata, tensors }: GgufHeader,
  fileName: string,
): Promise<ModelDescription> {
  const text = (key: string): string | undefined => scalar(metadata.get(key), 'string');
  const whole = (key: string): number | undefined => {
    const value = Number(scalar(metadata.get(key), 'number') ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  };
  const architecture = text('general.architecture');
  const contextLength = whole(`${architecture}.context_length`);
  const adapter = text('general.type') === 'adapter';
  if (architecture === undefined || contextLength === undefined || adapter) {
    throw new GraphError(
      'bad-model',
      adapter
        ? `${fileName} is an adapter, not a model`
        : `${fileName} does not name its architecture and context length`,
    );
  }
  const name = fileName.replace(/\.gguf$/, '');
  // Loaded when needed: the catalogue itself stays cheap to import.
  const { GgufFileType } = await import('node-llama-cpp');
  const fileType = whole('general.file_type');
  return {
    name,
    title: text('general.name') ?? name,
    kind: 'language-model',
    format: 'gguf',
    architecture,
    dtype:
      (fileType === undefined ? undefined : GgufFileType[fileType])
        ?.replace(/^MOSTLY_|^ALL_/, '')
        .toLowerCase() ?? 'unknown',
    contextLength,
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1),
      0,
    ),
    files: [fileName],
  };
}

/** A value of the kind that is asked for; numbers may have 64 bits. */
function scalar(value: GgufValue | undefined, kind: 'string'): string | undefined;
function scalar(value: GgufValue | undefined, kind: 'number'): number | bigint | undefined;
function scalar(value: GgufValue | undefined, kind: 'string' | 'number'): unknown {
  if (value === undefined || value.type === 'array') return undefined;
  const type = typeof value.value === 'bigint' ? 'number' : typeof value.value;
  return type === kind ? value.value : undefined;
}
