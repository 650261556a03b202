export * from './codec/artifact-codec.ts';
export * from './step/step-host.ts';
export * from './step/run-step.ts';
export * from './step/local-backend.ts';
