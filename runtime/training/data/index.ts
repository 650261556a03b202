export * from './prepared-example.ts';
export * from './rows.ts';
export * from './buckets.ts';
export * from './micro-batch.ts';
export * from './epoch.ts';
