/** What says whether a graph, or an edge, may be: a part of its own, see `loadRules`. */
export { connectionVerdict, validateGraph } from '@graft/graph';
