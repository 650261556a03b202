import type { Edge } from './edge.ts';
import type { Annotations } from './annotation.ts';
import type { Bends } from './bends.ts';

/** A node of a graph file. `extra` holds fields that this version does not know, kept for the next save. */
export interface GraphNode {
  readonly type: string;
  readonly version: number;
  readonly title?: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Switched off: what comes in of its output's type goes out again. */
  readonly bypass?: true;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A parameter that a graph gives to whoever uses it, under a name of its own. */
export interface Exposure {
  readonly node: string;
  /** Of that node; `set.NAME` where the node is a graph itself. */
  readonly param: string;
  readonly title?: string;
  readonly help?: string;
  /** What holds where the use sets nothing; absent: what the node has. JSON. */
  readonly default?: unknown;
  /** Names that it had before. */
  readonly formerly?: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Where a node stands on the canvas, in pixels. */
export interface NodeLayout {
  readonly x: number;
  readonly y: number;
  /** Its card is folded to its title. */
  readonly collapsed?: true;
}

/** Nodes, what connects them and what is said of them: a graph without what belongs to its file. */
export interface GraphBody extends Annotations {
  readonly nodes: Readonly<Record<string, GraphNode>>;
  /** Sorted as strings. */
  readonly edges: readonly Edge[];
  /** By name. Absent where there are none. */
  readonly expose?: Readonly<Record<string, Exposure>>;
  readonly layout: Readonly<Record<string, NodeLayout>>;
  /** Absent where no edge is led through points. Those of edges that are not there are not written. */
  readonly bends?: Bends;
  /** Fields that this version does not know. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
