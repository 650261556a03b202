/** What computes results beside the nodes' own code: another version of it may give others. */
export const engineNames = ['onnxruntime', 'llama.cpp', 'lance', 'training', 'remote'] as const;
export type EngineName = (typeof engineNames)[number];

/** The versions of this installation, as they stand in cache keys: `onnxruntime-node 1.30.0, tokenizers 0.2.0`. */
export type EngineVersions = Readonly<Record<EngineName, string>>;
