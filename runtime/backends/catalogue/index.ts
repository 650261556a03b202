export {
  createCatalogue,
  type Catalogue,
  type CatalogueOptions,
  type FetchOptions,
  type ListedModel,
  type OpenedModel,
} from './catalogue.ts';
export type { ImportOptions } from './import-model.ts';
export type { FetchProgress } from './model-download.ts';
export { builtInEntries } from './entries.ts';
export { factsOf, modelDigest } from './model-facts.ts';
export { modelMemory } from './model-memory.ts';
export { UsedModels } from './used-models.ts';
export { defaultModelsFolder } from './models-folder.ts';
