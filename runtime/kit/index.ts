export { abortable } from './abortable.ts';
export { ForkedProcess, type ProcessEvents, type ProcessOptions } from './forked-process.ts';
export * from './weights/gguf-types.ts';
export { DamagedFile } from './weights/damaged-file.ts';
export { readGgufHeader, type GgufHeader, type GgufTensorInfo } from './weights/gguf-header.ts';
export {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsTensorInfo,
} from './weights/safetensors-header.ts';
export { availableMemory, machineMemory } from './machine-memory.ts';
export { oomKills, type ProcessExit } from './process-exit.ts';
