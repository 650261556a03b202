import type { Edge } from './edge.ts';
import type { Annotations } from './annotation.ts';
import type { Bends } from './bends.ts';

/** A node of a graph file. `extra` holds fields unknown to this version, kept for the next save. */
export interface GraphNode {
  readonly type: string;
  readonly version: number;
  readonly title?: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Bypassed: inputs of an output's type pass through. */
  readonly bypass?: true;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A parameter that a graph exposes under its own name. */
export interface Exposure {
  readonly node: string;
  /** Parameter of that node; `set.NAME` if the node is a graph itself. */
  readonly param: string;
  readonly title?: string;
  readonly help?: string;
  /** Default for uses that set nothing; absent: the node's value. JSON. */
  readonly default?: unknown;
  /** Its former names. */
  readonly formerly?: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Position of a node on the canvas, in pixels. */
export interface NodeLayout {
  readonly x: number;
  readonly y: number;
  /** Whether its card is collapsed to its title. */
  readonly collapsed?: true;
}

/** Nodes, their edges and annotations: a graph without the parts that belong to its file. */
export interface GraphBody extends Annotations {
  readonly nodes: Readonly<Record<string, GraphNode>>;
  /** Sorted as strings. */
  readonly edges: readonly Edge[];
  /** By name. Absent if there are none. */
  readonly expose?: Readonly<Record<string, Exposure>>;
  readonly layout: Readonly<Record<string, NodeLayout>>;
  /** Absent if no edge has bends. Bends of missing edges are not written. */
  readonly bends?: Bends;
  /** Fields unknown to this version. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
