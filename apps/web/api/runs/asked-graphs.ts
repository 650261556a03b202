import type { Graph } from '@graft/graph';

/** The graphs that were asked, by run, as they were saved; not those of runs before a reload. */
export const askedGraphs = new Map<string, Graph>();
