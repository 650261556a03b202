import { embeddingLayoutSchema, GraphError, type ModelEntry, type Pooling } from '@graft/graph';
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
  const encoder = encoderFacts(fileName, {
    ...{ architecture, contextLength },
    poolingType: whole(`${architecture}.pooling_type`),
    dimension: whole(`${architecture}.embedding_length`),
    hasHead: tensors.some((tensor) => scoreHeads.includes(tensor.name)),
  });
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
    ...encoder,
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1),
      0,
    ),
    files: [fileName],
  };
}

/** Families of llama.cpp that only encode, whatever their files say of pooling. */
const encoderFamilies = [
  ...['bert', 'modern-bert', 'nomic-bert', 'nomic-bert-moe', 'neo-bert', 'eurobert'],
  ...['jina-bert-v2', 'jina-bert-v3', 'gemma-embedding', 'llama-embed', 't5encoder'],
];
/** Of a cross-encoder, the layer that gives the score. */
const scoreHeads = ['cls.weight', 'cls.output.weight'];
/** llama.cpp's numbers of ways to pool. */
const poolingTypes: Readonly<Record<number, Pooling>> = { 1: 'mean', 2: 'cls', 3: 'last' };
const ranking = 4;

/** Tokens: an encoder reads a text in one piece, whose memory grows with the square of its length. */
const longestText = 2048;

/** What an embedder or a cross-encoder adds to the description of a GGUF file; nothing for a language model. */
function encoderFacts(
  fileName: string,
  header: {
    readonly architecture: string;
    readonly contextLength: number;
    readonly poolingType: number | undefined;
    readonly dimension: number | undefined;
    readonly hasHead: boolean;
  },
): Partial<Pick<ModelEntry, 'kind' | 'contextLength' | 'dimension' | 'embedding'>> {
  const { architecture, poolingType = 0, dimension, hasHead } = header;
  const contextLength = Math.min(header.contextLength, longestText);
  const pooling = poolingTypes[poolingType];
  if (poolingType === ranking && !hasHead) {
    throw new GraphError(
      'bad-model',
      `${fileName} is a reranker without its score head (cls.weight). Get one that was converted by a newer llama.cpp.`,
    );
  }
  if (hasHead && pooling === undefined) return { kind: 'cross-encoder', contextLength };
  if (pooling === undefined && !encoderFamilies.includes(architecture)) return {};
  return {
    ...{ kind: 'embedder', contextLength },
    ...(dimension === undefined ? {} : { dimension }),
    // Without a way to pool, node-llama-cpp takes the last token.
    embedding: embeddingLayoutSchema.parse({ pooling: [pooling ?? 'last'] }),
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
