import type { ArtifactRef, Family, RunStatus, StepStatus } from '@graft/graph';

/** Runs that are compared at once: more columns would not be read. */
export const mostSides = 4;

/** A run on one side, and its node where only that is compared. */
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
  /** What that node is called. */
  readonly nodeTitle?: string;
  /** Whether the graph that it ran is still kept: without it, long texts and titles are not known. */
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

/** A value on one side: as text, or why there is none. Of a long text only its digest may be kept. */
export type ComparedValue =
  | { readonly text: string; readonly cut?: true }
  | { readonly absent: 'not set' | 'not known' | 'no such node' }
  | { readonly absent: 'not kept'; readonly digest: string };

/** A parameter, or what else of a node's own its result depends on: a part of its key, such as its files and models. */
export interface ComparedSetting {
  readonly kind: 'param' | 'part';
  readonly name: string;
  readonly values: readonly ComparedValue[];
  readonly differs: boolean;
}

/** An output as each side has it. */
export interface ComparedOutput {
  readonly port: string;
  /** How its rows are compared; absent: only whether it is the same. */
  readonly rows?: 'answers' | 'hits' | 'text';
  readonly unit: string;
  readonly artifacts: readonly (ArtifactRef | null)[];
  /** Of each side, whether it is in the store no more. */
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

/** An edge that not every side has. */
export interface ComparedEdge {
  /** As it is written, after the nodes that lead to its graph: `reader/chunk.chunks -> embed.chunks`. */
  readonly path: string;
  /** What its ends are called: a node's title and a port. */
  readonly from: string;
  readonly to: string;
  /** Whether each side has it; null where the graph of a side is not kept. */
  readonly has: readonly (boolean | null)[];
}

/** Several runs side by side, the first to compare with. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** In the order in which they ran; those that only later sides have come last. */
  readonly nodes: readonly ComparedNode[];
  /** What is connected otherwise; none where only a node of each run is compared. */
  readonly edges: readonly ComparedEdge[];
  /** Nodes that are not shown, since there are too many. */
  readonly leftOut: number;
}

/** What a side is called. */
export const letterOf = (side: number): string => String.fromCharCode(65 + side);

/** What an output is called in the address: `retriever/search.hits`. */
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
