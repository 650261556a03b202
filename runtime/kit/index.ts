export { BeatWatch } from './beat-watch.ts';
export {
  linkOrCopy,
  moveFile,
  partialPath,
  placeFile,
  placeNewFile,
  replaceFile,
  stagingName,
  syncPath,
  writeStream,
  type Append,
  type FileContent,
} from './durable-file.ts';
export { eachAtOnce } from './each-at-once.ts';
export {
  acquireFileLock,
  isLocked,
  LockBusyError,
  withFileLock,
  type FileLock,
  type LockOptions,
} from './file-lock.ts';
export {
  ForkedProcess,
  type ProcessEvents,
  type ProcessOptions,
  oomKills,
  type ProcessExit,
} from './forked-process.ts';
export { hashFile, type FileHash } from './hash-file.ts';
export {
  folderSize,
  isAbandoned,
  leftoversIn,
  removeFolder,
  removeLeftovers,
  removeOlderThan,
  removePartials,
} from './leftovers.ts';
export { availableMemory, machineMemory } from './machine-memory.ts';
export { makeFolder, removeEmpty, type MadeFolder } from './made-folder.ts';
export { PendingWork, OpenedOnce, SharedCall, abortable } from './shared-promises.ts';
export { holderName, isAlive, ownerFate, ownerStamp, pidInName } from './process-identity.ts';
export { hasCode, isFullDisk, isSystemError, isUnwritable } from './system-error.ts';
export { FileHead, DamagedFile, type HeadSource } from './weights/file-head.ts';
export {
  ggufHeaderOf,
  readGgufHeader,
  type GgufHeader,
  type GgufTensorInfo,
} from './weights/gguf-header.ts';
export * from './weights/gguf-types.ts';
export {
  readSafetensorsHeader,
  safetensorsHeaderOf,
  type SafetensorsHeader,
  type SafetensorsTensorInfo,
} from './weights/safetensors-header.ts';
