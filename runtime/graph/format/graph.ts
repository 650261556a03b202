import type { NodeType } from '../types/node-type.ts';
import type { Facets, PortFacets } from '../types/facets.ts';
import type { Annotations } from './annotation.ts';
import type { Bends } from './bends.ts';
import type { Experiments } from './experiment.ts';
import type { Source } from '../types/node-type.ts';
import type { Lock } from './lock.ts';
import type { PlannedLoop } from './planned-loop.ts';

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

/** The saved document. */
export interface Graph extends GraphBody {
  /** Subgraphs of this file, by id; a `graph` node of any of its bodies uses one as `#id`. Absent where there are none. */
  readonly graphs?: Readonly<Record<string, GraphBody>>;
  /** By name; absent: none. */
  readonly experiments?: Experiments;
  readonly lock: Lock;
}

/** An output of a node. */
export interface Feed {
  readonly node: string;
  readonly port: string;
}

/** A node of a plan: validated, migrated, defaults filled in. */
export interface PlannedNode {
  /** Of a node within a graph that is used: the ids that lead to it, `retriever/embed`. */
  readonly id: string;
  /** Where it is written, where that is not the graph itself. */
  readonly place?: AuthoredPlace;
  readonly definition: NodeType;
  /** Parsed by the definition's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Input port → the outputs it is fed from. */
  readonly inputs: Readonly<Record<string, readonly Feed[]>>;
  readonly inputFacets: PortFacets;
  readonly outputFacets: Readonly<Record<string, Facets>>;
  readonly sources: readonly Source[];
  /** What a `repeat` node runs: its rounds become steps while the run goes. */
  readonly loop?: PlannedLoop;
}

/** Where a node of a plan is written. */
export interface AuthoredPlace {
  readonly file?: string;
  /** The subgraph of that file. */
  readonly graph?: string;
  readonly node: string;
}

/**
 * For ports that are in the graph and not in its plan, what feeds them: by `node.port`, the `node.port` of the plan. Of
 * `graph` nodes their outputs, of `input` and `output` nodes their `value`, of nodes that are switched off what passes.
 */
export type PortAliases = Readonly<Record<string, readonly string[]>>;

/** The validated, migrated, topologically ordered graph, without layout, and with the graphs that it uses in their place. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
  /** Absent where the graph has no such port. */
  readonly aliases?: PortAliases;
}
