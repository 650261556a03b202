export {
  createBackends,
  type BackendsOptions,
  type LoadedBackends,
  type StepBackends,
  type StepNeeds,
} from './residency/backends.ts';
