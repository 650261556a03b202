export { ClaimBoard, type Claim } from './claim-board.ts';
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
export {
  acquireFileLock,
  isLocked,
  LockBusyError,
  tryFileLock,
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
  removeFolder,
  removeLeftovers,
  removeOlderThan,
  removePartials,
} from './leftovers.ts';
export { availableMemory, machineMemory } from './machine-memory.ts';
export { makeFolder, removeEmpty, type MadeFolder } from './made-folder.ts';
export { PendingWork, OpenedOnce, SharedCall, abortable } from './shared-promises.ts';
export { isAlive, ownerStamp, thisPlace, thisProcess } from './process-identity.ts';
export { hasCode, isFullDisk, isSystemError, isUnwritable } from './system-error.ts';
export { FileHead, DamagedFile } from './weights/file-head.ts';
export { readGgufHeader, type GgufHeader, type GgufTensorInfo } from './weights/gguf-header.ts';
export * from './weights/gguf-types.ts';
export {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsTensorInfo,
} from './weights/safetensors-header.ts';
