import type { NodeType } from '../types/node-type.ts';
import type { Facets, PortFacets } from '../types/facets.ts';
import type { Experiments } from './experiment.ts';
import type { Source } from '../types/node-type.ts';

/** `source.port -> target.port` */
export interface Edge {
  readonly source: string;
  readonly sourcePort: string;
  readonly target: string;
  readonly targetPort: string;
}

/** A node of a graph file. `extra` holds fields that this version does not know, kept for the next save. */
export interface GraphNode {
  readonly type: string;
  readonly version: number;
  readonly title?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Where a node stands on the canvas, in pixels. */
export interface NodeLayout {
  readonly x: number;
  readonly y: number;
}

/** What was resolved when the file was last run: model id → digest, workspace path → digest. */
export interface Lock {
  readonly models: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The saved document. */
export interface Graph {
  readonly nodes: Readonly<Record<string, GraphNode>>;
  /** Sorted as strings. */
  readonly edges: readonly Edge[];
  readonly lock: Lock;
  readonly layout: Readonly<Record<string, NodeLayout>>;
  /** By name; absent: none. */
  readonly experiments?: Experiments;
  /** Top-level fields that this version does not know. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A node of a plan: validated, migrated, defaults filled in. */
export interface PlannedNode {
  readonly id: string;
  readonly definition: NodeType;
  /** Parsed by the definition's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Input port → the outputs it is fed from. */
  readonly inputs: Readonly<
    Record<string, readonly { readonly node: string; readonly port: string }[]>
  >;
  readonly inputFacets: PortFacets;
  readonly outputFacets: Readonly<Record<string, Facets>>;
  readonly sources: readonly Source[];
}

/** The validated, migrated, topologically ordered graph, without layout. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
}
