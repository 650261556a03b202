import type { EngineVersions } from '@graft/graph';
import manifest from './package.json' with { type: 'json' };

const { dependencies } = manifest;

/** What computes embeddings, answers and indexes, as this package depends on it: each at one exact version. */
export const backendVersions: Omit<EngineVersions, 'training'> = {
  onnxruntime: `onnxruntime-node ${dependencies['onnxruntime-node']}, tokenizers ${dependencies['@huggingface/tokenizers']}`,
  'llama.cpp': `node-llama-cpp ${dependencies['node-llama-cpp']}, jinja ${dependencies['@huggingface/jinja']}, tokenizers ${dependencies['@huggingface/tokenizers']}`,
  lance: `lancedb ${dependencies['@lancedb/lancedb']}`,
};
