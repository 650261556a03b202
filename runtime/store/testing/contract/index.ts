export { action, actionStoreContract } from './action-store.ts';
export { artifactStoreContract } from './artifact-store.ts';
export { all, bytesOf, noise, sha256 } from './bytes.ts';
export { experimentRunsContract } from './experiment-runs.ts';
export { itemStoreContract } from './item-store.ts';
export { run, runStoreContract, step } from './run-store.ts';
export { databaseForms } from './databases.ts';
export { leasesContract } from './leases.ts';
