export * from './adapter.ts';
export * from './peft.ts';
export * from './gguf-adapter.ts';
export * from './merge-adapters.ts';
export * from './merge-into-gguf.ts';
