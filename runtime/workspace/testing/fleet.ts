// What benchmarks of workers need.
export { bundleTestFleetWorker, bundleTestWorker } from './bundle-test-worker.ts';
export { pacedGraph, slowGraph } from './kill-graph.ts';
export { workerTestRegistry } from './test-nodes.ts';
