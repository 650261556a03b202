import type { ArtifactRef, Family, RunStatus, StepStatus } from '@graft/graph';

/** The most runs that can be compared at once. */
export const mostSides = 4;

/** A run on one side; with one of its nodes where only nodes are compared. */
export interface ComparedRun {
  readonly id: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly error?: string;
  readonly experiment?: string;
  readonly variant?: string;
  readonly seed?: number;
  readonly node?: string;
  /** The title of that node. */
  readonly nodeTitle?: string;
  /** Whether the store still has the graph of the run. Without it, long texts and titles are unknown. */
  readonly graphKept: boolean;
}

/** Why a side has no step of a node. */
export type Absence = 'not in its graph' | 'switched off' | 'did not run' | 'unknown';

/** What a node did on one side. */
export type NodeSide =
  | { readonly absent: Absence }
  | {
      readonly status: StepStatus;
      readonly ms: number;
      readonly device?: string;
      readonly memory?: number;
      readonly failedItems?: number;
      readonly error?: string;
    };

/** A value on one side, or why there is none. The graph may hold only the digest of a long text. */
export type ComparedValue =
  | { readonly text: string; readonly cut?: true }
  | { readonly absent: 'not set' | 'not known' | 'no such node' }
  | { readonly absent: 'not kept'; readonly digest: string };

/** A parameter, or another part of a node's key, such as its files and models. */
export interface ComparedSetting {
  readonly kind: 'param' | 'part';
  readonly name: string;
  readonly values: readonly ComparedValue[];
  readonly differs: boolean;
}

/** An output, by side. */
export interface ComparedOutput {
  readonly port: string;
  /** How its rows are compared; absent: only whether the outputs are equal. */
  readonly rows?: 'answers' | 'hits' | 'text';
  readonly unit: string;
  readonly artifacts: readonly (ArtifactRef | null)[];
  /** By side, whether the store has evicted it. */
  readonly gone: readonly boolean[];
  readonly differs: boolean;
}

export interface ComparedNode {
  /** Its path in the first run that has it. */
  readonly path: string;
  readonly title: string;
  readonly type: string;
  readonly group?: Family;
  readonly sides: readonly NodeSide[];
  readonly settings: readonly ComparedSetting[];
  readonly outputs: readonly ComparedOutput[];
}

/** An edge that at least one side lacks. */
export interface ComparedEdge {
  /** As the file writes it, after the nodes that lead to its graph: `reader/chunk.chunks -> embed.chunks`. */
  readonly path: string;
  /** Its ends as text: the title of a node and a port. */
  readonly from: string;
  readonly to: string;
  /** Whether each side has it; null where the graph of that side is gone. */
  readonly has: readonly (boolean | null)[];
}

/** Several runs side by side. The first is the baseline. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** In the order in which they ran; nodes that only later sides have come last. */
  readonly nodes: readonly ComparedNode[];
  /** Edges that differ; where only one node of each run is compared, those into it, with its input as the end. */
  readonly edges: readonly ComparedEdge[];
  /** Number of nodes beyond the limit, which are not shown. */
  readonly leftOut: number;
}

/** The letter of a side. */
export const letterOf = (side: number): string => String.fromCharCode(65 + side);

/** The name of an output in the address: `retriever/search.hits`. */
export function outputName(
  { path }: Pick<ComparedNode, 'path'>,
  { port }: Pick<ComparedOutput, 'port'>,
): string {
  return `${path}.${port}`;
}

export interface NamedOutput {
  readonly node: ComparedNode;
  readonly output: ComparedOutput;
}

/** The outputs whose rows are compared. */
export function comparedOutputs(nodes: readonly ComparedNode[]): NamedOutput[] {
  return nodes.flatMap((node) =>
    node.outputs.flatMap((output) => (output.rows === undefined ? [] : { node, output })),
  );
}

export function outputOf(
  nodes: readonly ComparedNode[],
  name: string | undefined,
): NamedOutput | undefined {
  return comparedOutputs(nodes).find(({ node, output }) => outputName(node, output) === name);
}
