import { defaultModelsFolder } from '@graft/backends/catalogue';

/** The models that the benchmarks share with every workspace of this user. */
export const modelsFolder = defaultModelsFolder(process.env);
