import { GraphError } from '@graft/graph';
import { z } from 'zod';
import type { ModelDescription } from './onnx-description.ts';

const generalSchema = z.object({
  architecture: z.string(),
  type: z.string().optional(),
  name: z.string().optional(),
  file_type: z.number().optional(),
});
const architectureSchema = z.object({ context_length: z.coerce.number().int() });

/** Reads a GGUF file's header. */
export async function describeGguf(file: string, fileName: string): Promise<ModelDescription> {
  // Loaded when needed: the catalogue itself stays cheap to import.
  const { readGgufFileInfo, GgufFileType } = await import('node-llama-cpp');
  const info = await readGgufFileInfo(file, {
    sourceType: 'filesystem',
    logWarnings: false,
    ignoreKeys: ['tokenizer.ggml.tokens', 'tokenizer.ggml.merges', 'tokenizer.ggml.scores'],
  }).catch((cause: unknown) => {
    throw new GraphError('bad-model', `${fileName} is not a readable GGUF file`, { cause });
  });
  const general = generalSchema.safeParse(info.metadata.general);
  const architecture = architectureSchema.safeParse(info.architectureMetadata);
  if (!general.success || !architecture.success || general.data.type === 'adapter') {
    throw new GraphError(
      'bad-model',
      general.data?.type === 'adapter'
        ? `${fileName} is an adapter, not a model`
        : `${fileName} does not name its architecture and context length`,
    );
  }
  const name = fileName.replace(/\.gguf$/, '');
  const fileType = general.data.file_type;
  return {
    name,
    title: general.data.name ?? name,
    kind: 'language-model',
    format: 'gguf',
    architecture: general.data.architecture,
    dtype:
      (fileType === undefined ? undefined : GgufFileType[fileType])
        ?.replace(/^MOSTLY_|^ALL_/, '')
        .toLowerCase() ?? 'unknown',
    contextLength: architecture.data.context_length,
    parameters: parameterCount(info.fullTensorInfo ?? info.tensorInfo ?? []),
    files: [fileName],
  };
}

function parameterCount(
  tensors: readonly { readonly dimensions: readonly (number | bigint)[] }[],
): number {
  return tensors.reduce(
    (sum, { dimensions }) => sum + dimensions.reduce<number>((size, n) => size * Number(n), 1),
    0,
  );
}
