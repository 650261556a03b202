export * from './errors.ts';
export * from './port-type.ts';
export * from './port-types.ts';
export * from './training-types.ts';
export * from './training.ts';
export * from './model-source.ts';
export * from './facets.ts';
export * from './node-type.ts';
export * from './model.ts';
export * from './artifact.ts';
export * from './action.ts';
export * from './run-event.ts';
export * from './run-store.ts';
export * from './execution.ts';
export * from './backend.ts';
export * from './implementation.ts';
export * from './graph.ts';
export { formatEdge, parseEdge } from './edge.ts';
export { GRAPH_FORMAT, MAX_NODES, MAX_TEXT, parseGraph } from './parse-graph.ts';
export { serializeGraph } from './serialize-graph.ts';
export { createRegistry } from './registry.ts';
export { migrateGraph } from './migrate-graph.ts';
export { validateGraph } from './validate-graph.ts';
export { planGraph, type PlanOptions } from './plan-graph.ts';
export { canonicalEncode, hashParts } from './canonical-encode.ts';
export { cacheKey, familyParts, type CacheKeyInput } from './cache-key.ts';
export { explainMiss } from './explain-miss.ts';
export { sha256 } from './sha256.ts';
export { nearest, suggestion } from './nearest.ts';
export { paramFields, type ParamControl, type ParamField } from './param-fields.ts';
export {
  diffGraphs,
  formatDiff,
  type GraphDiff,
  type NodeChange,
  type ValueChange,
} from './diff-graphs.ts';
export { mergeGraphs, type MergeConflict, type MergeResult } from './merge-graphs.ts';
export { connectionVerdict, type ConnectionVerdict } from './connection-verdict.ts';
export {
  addNode,
  connect,
  disconnect,
  duplicateNodes,
  emptyGraph,
  moveNodes,
  removeNodes,
  setParam,
  setTitle,
} from './graph-edit.ts';
