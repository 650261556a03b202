export * from './random.ts';
export * from './adamw.ts';
export * from './schedule.ts';
