export * from './shape.ts';
export * from './op.ts';
export * from './builder.ts';
export * from './program.ts';
export * from './executor.ts';
export * from './layers.ts';
