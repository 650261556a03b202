export { builtProcess } from './built-process.ts';
export { GgufBytes } from './gguf-bytes.ts';
export { mountReadOnly, mountSmallDisk, type SmallDisk } from './small-disk.ts';
