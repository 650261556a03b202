export { builtProcess } from './built-process.ts';
export { GgufBytes } from './gguf-bytes.ts';
export { noPostgres, startPostgres, type PostgresServer } from './postgres-server.ts';
export { mountReadOnly, mountSmallDisk, type SmallDisk } from './small-disk.ts';
export * from './test-proxy.ts';
