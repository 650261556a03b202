import { z } from 'zod';
import { selectedModelSchema, type SelectedModel } from './selected-model.ts';

/*
 * Names, precisions and sizes as public projects use them, licences as the models' pages state them. The tests of Graft
 * cannot reach the hub, so `tested` says of each what was not verified.
 */
const unseen = 'Not tried in Graft yet: its name, size and licence come from public sources.';
const qwen3 =
  'Not tried in Graft yet. It should answer at once, without writing its thoughts first.';
const smolLm3 =
  'Not tried in Graft yet. It may write its thoughts before the answer, unless the system prompt says /no_think.';

const apache = (page: string): SelectedModel['licence'] => ({
  ...{ id: 'Apache-2.0', url: `https://huggingface.co/${page}`, consent: false },
});
const mit = (page: string): SelectedModel['licence'] => ({
  ...{ id: 'MIT', url: `https://huggingface.co/${page}`, consent: false },
});
const gemmaTerms = { id: 'Gemma', url: 'https://ai.google.dev/gemma/terms', consent: true };
const llamaTerms = {
  id: 'Llama 3.2',
  url: 'https://www.llama.com/llama3_2/license/',
  consent: true,
};

const languageModel = { kind: 'language-model', format: 'gguf' } as const;
const embedder = { kind: 'embedder', format: 'onnx' } as const;
const crossEncoder = { kind: 'cross-encoder', format: 'onnx' } as const;

/**
 * Models of the hub worth choosing, by kind and then by size. Built-in models are not repeated here. Encoders in GGUF
 * read 2,048 tokens, whatever the model allows.
 */
export const selectedModels: readonly SelectedModel[] = z.array(selectedModelSchema).parse([
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/gemma-3-270m-it-GGUF:Q8_0', title: 'Gemma 3 270M' },
    ...{ architecture: 'gemma3', parameters: 268e6, contextLength: 32_768, size: 292e6 },
    licence: gemmaTerms,
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:bartowski/SmolLM2-360M-Instruct-GGUF:Q4_K_M', title: 'SmolLM2 360M Instruct' },
    ...{ architecture: 'llama', parameters: 362e6, contextLength: 8192, size: 271e6 },
    licence: apache('HuggingFaceTB/SmolLM2-360M-Instruct'),
    tested:
      'The same model with 135 M parameters is tested throughout Graft; these weights have not been run.',
  },
  {
    ...languageModel,
    ...{ id: 'hf:Qwen/Qwen3-0.6B-GGUF:Q8_0', title: 'Qwen3 0.6B' },
    ...{ architecture: 'qwen3', parameters: 596e6, contextLength: 40_960, size: 639e6 },
    licence: apache('Qwen/Qwen3-0.6B'),
    tested: qwen3,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/gemma-3-1b-it-GGUF:Q4_K_M', title: 'Gemma 3 1B' },
    ...{ architecture: 'gemma3', parameters: 1000e6, contextLength: 32_768, size: 806e6 },
    licence: gemmaTerms,
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/Llama-3.2-1B-Instruct-GGUF:Q4_K_M', title: 'Llama 3.2 1B Instruct' },
    ...{ architecture: 'llama', parameters: 1236e6, contextLength: 131_072, size: 808e6 },
    licence: llamaTerms,
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:ibm-granite/granite-4.0-1b-GGUF:Q4_K_M', title: 'Granite 4.0 1B' },
    ...{ architecture: 'granite', parameters: 1630e6, contextLength: 131_072, size: 1024e6 },
    licence: apache('ibm-granite/granite-4.0-1b'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:Qwen/Qwen3-1.7B-GGUF:Q8_0', title: 'Qwen3 1.7B' },
    ...{ architecture: 'qwen3', parameters: 1720e6, contextLength: 40_960, size: 1834e6 },
    licence: apache('Qwen/Qwen3-1.7B'),
    tested: qwen3,
  },
  {
    ...languageModel,
    ...{ id: 'hf:ggml-org/SmolLM3-3B-GGUF:Q4_K_M', title: 'SmolLM3 3B' },
    ...{ architecture: 'smollm3', parameters: 3075e6, contextLength: 65_536, size: 1915e6 },
    licence: apache('HuggingFaceTB/SmolLM3-3B'),
    tested: smolLm3,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/Llama-3.2-3B-Instruct-GGUF:Q4_K_M', title: 'Llama 3.2 3B Instruct' },
    ...{ architecture: 'llama', parameters: 3213e6, contextLength: 131_072, size: 2019e6 },
    licence: llamaTerms,
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:ibm-granite/granite-4.1-3b-GGUF:Q4_K_M', title: 'Granite 4.1 3B' },
    ...{ architecture: 'granite', parameters: 3400e6, contextLength: 131_072, size: 2100e6 },
    licence: apache('ibm-granite/granite-4.1-3b'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:mistralai/Ministral-3-3B-Instruct-2512-GGUF:Q4_K_M', title: 'Ministral 3 3B' },
    ...{ architecture: 'mistral3', parameters: 3430e6, contextLength: 262_144, size: 2147e6 },
    licence: apache('mistralai/Ministral-3-3B-Instruct-2512'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/Phi-4-mini-instruct-GGUF:Q4_K_M', title: 'Phi-4 mini Instruct' },
    ...{ architecture: 'phi3', parameters: 3836e6, contextLength: 131_072, size: 2492e6 },
    licence: mit('microsoft/Phi-4-mini-instruct'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/gemma-3-4b-it-GGUF:Q4_K_M', title: 'Gemma 3 4B' },
    ...{ architecture: 'gemma3', parameters: 3880e6, contextLength: 131_072, size: 2490e6 },
    licence: gemmaTerms,
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:unsloth/Qwen3-4B-Instruct-2507-GGUF:Q4_K_M', title: 'Qwen3 4B Instruct 2507' },
    ...{ architecture: 'qwen3', parameters: 4022e6, contextLength: 262_144, size: 2497e6 },
    licence: apache('Qwen/Qwen3-4B-Instruct-2507'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:Qwen/Qwen3-8B-GGUF:Q4_K_M', title: 'Qwen3 8B' },
    ...{ architecture: 'qwen3', parameters: 8191e6, contextLength: 40_960, size: 5028e6 },
    licence: apache('Qwen/Qwen3-8B'),
    tested: qwen3,
  },
  {
    ...languageModel,
    ...{ id: 'hf:mistralai/Ministral-3-8B-Instruct-2512-GGUF:Q4_K_M', title: 'Ministral 3 8B' },
    ...{ architecture: 'mistral3', parameters: 8490e6, contextLength: 262_144, size: 5199e6 },
    licence: apache('mistralai/Ministral-3-8B-Instruct-2512'),
    tested: unseen,
  },
  {
    ...languageModel,
    ...{ id: 'hf:Qwen/Qwen3-14B-GGUF:Q4_K_M', title: 'Qwen3 14B' },
    ...{ architecture: 'qwen3', parameters: 14_768e6, contextLength: 40_960, size: 9002e6 },
    licence: apache('Qwen/Qwen3-14B'),
    tested: qwen3,
  },
  {
    ...embedder,
    ...{ id: 'hf:Xenova/bge-small-en-v1.5:q8', title: 'BGE small, English, v1.5' },
    ...{ architecture: 'bert', parameters: 33e6, dimension: 384, contextLength: 512, size: 35e6 },
    licence: mit('BAAI/bge-small-en-v1.5'),
    embedding: {
      pooling: ['cls'],
      prompts: { question: 'Represent this sentence for searching relevant passages: ' },
    },
    tested: unseen,
  },
  {
    ...embedder,
    ...{ id: 'hf:Xenova/multilingual-e5-small:q8', title: 'Multilingual E5 small' },
    ...{ architecture: 'bert', parameters: 118e6, dimension: 384, contextLength: 512, size: 136e6 },
    licence: mit('intfloat/multilingual-e5-small'),
    embedding: { pooling: ['mean'], prompts: { question: 'query: ', passage: 'passage: ' } },
    tested: unseen,
  },
  {
    ...embedder,
    ...{ id: 'hf:nomic-ai/nomic-embed-text-v1.5:q8', title: 'Nomic Embed Text v1.5' },
    ...{ architecture: 'nomic_bert', parameters: 137e6, dimension: 768 },
    ...{ contextLength: 8192, size: 139e6 },
    licence: apache('nomic-ai/nomic-embed-text-v1.5'),
    embedding: {
      pooling: ['mean'],
      prompts: { question: 'search_query: ', passage: 'search_document: ' },
    },
    tested: unseen,
  },
  {
    ...embedder,
    ...{ id: 'hf:Alibaba-NLP/gte-modernbert-base:q8', title: 'GTE ModernBERT base' },
    ...{ architecture: 'modernbert', parameters: 149e6, dimension: 768 },
    ...{ contextLength: 8192, size: 153e6 },
    licence: apache('Alibaba-NLP/gte-modernbert-base'),
    embedding: { pooling: ['cls'] },
    tested: unseen,
  },
  {
    ...embedder,
    ...{ id: 'hf:Xenova/bge-m3:q8', title: 'BGE M3' },
    ...{ architecture: 'xlm-roberta', parameters: 568e6, dimension: 1024 },
    ...{ contextLength: 8192, size: 587e6 },
    licence: mit('BAAI/bge-m3'),
    embedding: { pooling: ['cls'] },
    tested: unseen,
  },
  {
    ...{ kind: 'embedder', format: 'gguf' },
    ...{ id: 'hf:Qwen/Qwen3-Embedding-0.6B-GGUF:Q8_0', title: 'Qwen3 Embedding 0.6B' },
    ...{ architecture: 'qwen3', parameters: 596e6, dimension: 1024 },
    ...{ contextLength: 2048, size: 639e6 },
    licence: apache('Qwen/Qwen3-Embedding-0.6B'),
    embedding: {
      pooling: ['last'],
      prompts: {
        question:
          'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
      },
    },
    tested: unseen,
  },
  {
    ...crossEncoder,
    ...{ id: 'hf:mixedbread-ai/mxbai-rerank-xsmall-v1:q8', title: 'mxbai Rerank xsmall v1' },
    ...{ architecture: 'deberta-v2', parameters: 71e6, contextLength: 512, size: 96e6 },
    licence: apache('mixedbread-ai/mxbai-rerank-xsmall-v1'),
    tested: unseen,
  },
  {
    ...crossEncoder,
    ...{ id: 'hf:Xenova/bge-reranker-base:q8', title: 'BGE Reranker base' },
    ...{ architecture: 'xlm-roberta', parameters: 278e6, contextLength: 512, size: 297e6 },
    licence: mit('BAAI/bge-reranker-base'),
    tested: unseen,
  },
  {
    ...crossEncoder,
    ...{ id: 'hf:onnx-community/bge-reranker-v2-m3-ONNX:q8', title: 'BGE Reranker v2 M3' },
    ...{ architecture: 'xlm-roberta', parameters: 568e6, contextLength: 8192, size: 588e6 },
    licence: apache('BAAI/bge-reranker-v2-m3'),
    tested: unseen,
  },
  {
    ...{ kind: 'cross-encoder', format: 'gguf' },
    ...{ id: 'hf:ggml-org/Qwen3-Reranker-0.6B-Q8_0-GGUF:Q8_0', title: 'Qwen3 Reranker 0.6B' },
    ...{ architecture: 'qwen3', parameters: 596e6, contextLength: 2048, size: 639e6 },
    licence: apache('Qwen/Qwen3-Reranker-0.6B'),
    tested: unseen,
  },
]);
