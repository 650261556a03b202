import type { EngineVersions } from '@graft/graph';
import manifest from './package.json' with { type: 'json' };

const { dependencies } = manifest;
const tokenizers = `tokenizers ${dependencies['@huggingface/tokenizers']}`;

/**
 * What computes embeddings, answers and indexes, for cache keys: each package at one exact version, and our own code,
 * whose number is raised when results change.
 */
export const backendVersions: Omit<EngineVersions, 'training'> = {
  onnxruntime: `onnxruntime code 3, onnxruntime-node ${dependencies['onnxruntime-node']}, ${tokenizers}`,
  'llama.cpp': `llama.cpp code 5, node-llama-cpp ${dependencies['node-llama-cpp']}, jinja ${dependencies['@huggingface/jinja']}, ${tokenizers}`,
  remote: 'remote code 1',
  lance: `lance code 5, lancedb ${dependencies['@lancedb/lancedb']}`,
};
