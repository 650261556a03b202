import manifest from './package.json' with { type: 'json' };

/** What trains, for cache keys. Raise the number of our code when its programs, losses or files change. */
export const trainingVersion = `training code 3, onnxruntime-node ${manifest.dependencies['onnxruntime-node']}`;
