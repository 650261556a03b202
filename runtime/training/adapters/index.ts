export * from './adapter.ts';
export * from './peft.ts';
export * from './adapter-folder.ts';
export * from './spectrum.ts';
export * from './gguf-adapter.ts';
export * from './widen-gguf-adapter.ts';
export * from './merge-adapters.ts';
export * from './merge-into-gguf.ts';
