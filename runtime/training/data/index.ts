export { chooseBuckets } from './buckets.ts';
export { headPlaces } from './head-places.ts';
export { feedsOf, microBatches, paddedTokens } from './micro-batch.ts';
export { prepareExamples } from './prepared-example.ts';
export { layOutRows } from './rows.ts';
