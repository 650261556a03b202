export * from './encoder-config.ts';
export * from './encoder-model.ts';
export * from './encoder.ts';
export * from './ranking-loss.ts';
export * from './pair-program.ts';
export * from './text-feeds.ts';
export * from './merge-lora.ts';
export * from './write-onnx.ts';
