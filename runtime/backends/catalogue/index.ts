export { createCatalogue } from './catalogue.ts';
export type {
  Catalogue,
  CatalogueOptions,
  FetchOptions,
  ListedModel,
  ModelOrigin,
  ModelsUsage,
  OpenedModel,
} from './catalogue-contract.ts';
export { hubOffers, meantOffer, type HubOffer } from './hub-choice.ts';
export type { FoundRepo, HubRepo } from './hub-client.ts';
export { ggufEncodings, type GgufEncoding, type GgufConverter } from './gguf-converter.ts';
export type { ImportOptions } from './import-model.ts';
export type { FetchProgress } from './model-download.ts';
export { builtInEntries } from './entries.ts';
export { factsOf, modelDigest } from './model-facts.ts';
export { modelMemory } from './model-memory.ts';
export { fitOfModels, type ModelMachine } from './fitting-models.ts';
export {
  findSelected,
  selectedFacts,
  type OfferedFacts,
  type SelectedModel,
} from './selected-model.ts';
export { selectedModels } from './selected-models.ts';
export { suggestedModel, type SuggestedModel } from './suggested-model.ts';
export { UsedModels, type SentModels } from './used-models.ts';
export { defaultModelsFolder } from './models-folder.ts';
