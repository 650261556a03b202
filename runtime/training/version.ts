import manifest from './package.json' with { type: 'json' };

/**
 * What trains, as it stands in cache keys. The number of our code is raised when its programs, losses or files come out
 * otherwise than before.
 */
export const trainingVersion = `training code 3, onnxruntime-node ${manifest.dependencies['onnxruntime-node']}`;
