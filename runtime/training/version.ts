import manifest from './package.json' with { type: 'json' };

/** Raised when the compiler's programs give other numbers than before; part of the cache key of all that train. */
const compiler = 1;

/** What trains, as it stands in cache keys. */
export const trainingVersion = `compiler ${String(compiler)}, onnxruntime-node ${manifest.dependencies['onnxruntime-node']}`;
