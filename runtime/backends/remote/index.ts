export { servedModels } from './refusals.ts';
