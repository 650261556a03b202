/** What reads the schemas of node types: a part of its own that comes with them, see `loadNodeTypes`. */
export { addNode, GraphLibrary, migrateGraph, paramFields, readRowsOf } from '@graft/graph';
