export { chooseBuckets, headPlaces } from './buckets.ts';
export { feedsOf, microBatches, paddedTokens } from './micro-batch.ts';
export { prepareExamples } from './prepared-example.ts';
export { layOutRows } from './rows.ts';
