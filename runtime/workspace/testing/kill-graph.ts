import { parseGraph, type Graph } from '@graft/graph';

/** Where the runs of the kill test say that they belong. */
export const killFile = 'kill.graft.json';
const rows = 60;

/** Some branches of small steps, about half a second in all; another `salt` shares no result. */
export function killGraph(salt: number): Graph {
  const nodes: Record<string, object> = {
    lines: {
      type: 'lines',
      version: 1,
      params: {
        text: Array.from({ length: rows }, (_, i) => `${String(salt)} row ${String(i)}`).join('\n'),
      },
    },
    upper: { type: 'upper', version: 1, params: {} },
    sum: { type: 'add', version: 1, params: {} },
  };
  const edges = ['lines.rows -> upper.rows'];
  for (let branch = 0; branch < 3; branch++) {
    let above = `number-${String(branch)}`;
    nodes[above] = { type: 'number', version: 1, params: { value: salt * 10 + branch } };
    for (let step = 0; step < 4; step++) {
      const slow = `slow-${String(branch)}-${String(step)}`;
      nodes[slow] = { type: 'slow', version: 1, params: { ms: 25 } };
      edges.push(`${above}.value -> ${slow}.value`);
      above = slow;
    }
    edges.push(`${above}.value -> sum.terms`);
  }
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
}

/** One step that takes so many milliseconds. */
export function slowGraph(ms: number): Graph {
  const nodes = { slow: { type: 'slow', version: 1, params: { ms } } };
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
}

/** One step that works until there is a file at a path. */
export function holdGraph(until: string): Graph {
  const nodes = { hold: { type: 'hold', version: 1, params: { until } } };
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
}

/** The branches of a kill test, and a step that works until there is a file at a path. */
export function heldKillGraph(salt: number, until: string): Graph {
  const graph = killGraph(salt);
  return { ...graph, nodes: { ...graph.nodes, ...holdGraph(until).nodes } };
}

/** A step that spends so many milliseconds on each row. */
export function pacedGraph(step: {
  readonly rows: readonly string[];
  readonly ms: number;
  readonly computes?: boolean;
  /** The path of a file to which each computed row is appended. */
  readonly log?: string;
}): Graph {
  const { rows, ...params } = step;
  const nodes = {
    lines: { type: 'lines', version: 1, params: { text: rows.join('\n') } },
    paced: { type: 'paced', version: 1, params },
  };
  const edges = ['lines.rows -> paced.rows'];
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
}

/** 300 rows at 20 ms, with a log of each computed row. */
export function pacedRows(log: string): Graph {
  const rows = Array.from({ length: 300 }, (_, at) => `row ${String(at)}`);
  return pacedGraph({ rows, ms: 20, log });
}
