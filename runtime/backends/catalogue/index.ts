export {
  createCatalogue,
  factsOf,
  modelDigest,
  type Catalogue,
  type CatalogueOptions,
  type FetchOptions,
  type ListedModel,
} from './catalogue.ts';
export type { ImportOptions } from './import-model.ts';
export type { FetchProgress } from './model-download.ts';
export { builtInEntries } from './entries.ts';
export { defaultModelsFolder } from './models-folder.ts';
