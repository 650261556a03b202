import {
  Answers,
  GraphError,
  Hits,
  Metrics,
  portTypes,
  type ArtifactRef,
  type PortType,
  type RunRecord,
  type StepSummary,
} from '@graft/graph';
import { sideSteps, type Workspace } from '@graft/workspace';
import type {
  Absence,
  ComparedNode,
  ComparedOutput,
  ComparedRun,
  Comparison,
  NodeSide,
} from '@graft/view';
import { readRanGraphs, type RanGraphs } from '../report/ran-graphs.ts';
import { shownRun, shownStep } from '../router/shown-paths.ts';
import { comparedEdges, comparedInputs } from './compared-edges.ts';
import { comparedSettings } from './compared-settings.ts';
import { ranNode, type RanNode } from './ran-node.ts';

/** Nodes of a comparison at most: rounds of loops may be many. */
const mostNodes = 1_000;

type Source = Pick<Workspace, 'root' | 'journal' | 'artifacts' | 'registry'>;

/** A run, or one node of it. */
export interface AskedSide {
  readonly run: string;
  readonly node?: string | undefined;
}

interface Side {
  readonly record: RunRecord;
  readonly graphs: RanGraphs | undefined;
  readonly steps: ReadonlyMap<string, StepSummary>;
  /** The only node that is compared. */
  readonly node: string | undefined;
}

/** Sets runs, or a node of each, beside each other: what they were set to, what became of each node, and what it gave. */
export async function compareRuns(
  workspace: Source,
  asked: readonly AskedSide[],
): Promise<Comparison> {
  const sides = await Promise.all(asked.map((side) => readSide(workspace, side)));
  const rows = pathsOf(sides);
  const nodes: ComparedNode[] = [];
  for (const paths of rows.slice(0, mostNodes)) {
    nodes.push(await comparedNode(workspace, sides, paths));
  }
  return {
    runs: sides.map((side) => runOf(side, workspace)),
    nodes,
    edges: sides.some(({ node }) => node !== undefined)
      ? comparedInputs(sides, workspace.registry)
      : comparedEdges(
          sides.map(({ graphs }) => graphs),
          workspace.registry,
        ),
    leftOut: Math.max(0, rows.length - mostNodes),
  };
}

async function readSide(workspace: Source, { run, node }: AskedSide): Promise<Side> {
  const record = await workspace.journal.get(run);
  if (record === undefined) {
    throw new GraphError('bad-input', `The run ${run} no longer exists. Choose another.`);
  }
  const graphs = await readRanGraphs(workspace, record);
  const steps = await sideSteps(workspace.journal, record, node);
  return { record, graphs, steps: new Map(steps.map((step) => [step.node, step])), node };
}

function runOf({ record, graphs, node }: Side, { root, registry }: Source): ComparedRun {
  const { id, file, status, startedAt, finishedAt, error, experiment, variant, seed } = shownRun(
    record,
    root,
  );
  return {
    ...{ id, file, status, startedAt, graphKept: graphs !== undefined },
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(error === undefined ? {} : { error }),
    ...(experiment === undefined ? {} : { experiment }),
    ...(variant === undefined ? {} : { variant }),
    ...(seed === undefined ? {} : { seed }),
    ...(node === undefined
      ? {}
      : { node, nodeTitle: (graphs && ranNode(graphs, node, registry)?.title) ?? node }),
  };
}

/** For each row, the path of the node on each side: the same on all, unless two nodes were chosen. */
function pathsOf(sides: readonly Side[]): (readonly string[])[] {
  if (sides.some(({ node }) => node !== undefined)) return [sides.map(({ node }) => node ?? '')];
  const paths = new Set(sides.flatMap(({ steps }) => [...steps.keys()]));
  return [...paths].map((path) => sides.map(() => path));
}

async function comparedNode(
  workspace: Source,
  sides: readonly Side[],
  paths: readonly string[],
): Promise<ComparedNode> {
  const { registry, root } = workspace;
  const own = sides.map(({ steps, graphs }, at) => {
    const path = paths[at] ?? '';
    const ran = graphs === undefined ? undefined : ranNode(graphs, path, registry);
    const step = steps.get(path);
    const type = step?.type ?? ran?.node.type ?? '';
    return { path, ran, step, type, graphs, definition: registry.get(type) };
  });
  const shown = own.find(({ step }) => step !== undefined) ?? own[0];
  const definition = shown?.definition;
  return {
    path: shown?.path ?? '',
    title: titleOf(own),
    type: shown?.type ?? '',
    ...(definition === undefined ? {} : { group: definition.group }),
    sides: own.map(({ step, ran, graphs }) => sideOf(step, { ran, graphs, root })),
    settings: comparedSettings(
      own.map(({ step, ran, definition: type }) => ({ step, node: ran?.node, definition: type })),
    ),
    outputs: await comparedOutputs(
      workspace,
      own.map(({ step }) => step),
    ),
  };
}

/** A node on one side: its path there, and what is known of it. */
interface OwnNode {
  readonly path: string;
  readonly ran: RanNode | undefined;
  readonly definition: { readonly title: string } | undefined;
}

/**
 * What a row is called: as any side calls the node of its path, and all of them where those differ. A side that does not have
 * it has no name for it.
 */
function titleOf(own: readonly OwnNode[]): string {
  const paths = [...new Set(own.map(({ path }) => path))];
  const titles = paths.flatMap((path) => titlesAt(path, own));
  return [...new Set(titles)].join(' · ');
}

function titlesAt(path: string, own: readonly OwnNode[]): readonly string[] {
  const there = own.filter((side) => side.path === path);
  const titles = [...new Set(there.flatMap(({ ran }) => ran?.title ?? []))];
  if (titles.length === 0) {
    const title = there.find(({ definition }) => definition !== undefined)?.definition?.title;
    return [title === undefined ? path : `${title} (${path})`];
  }
  // With a number or its id on one side, where another node is called the same, and without it on the other.
  const id = path.slice(path.lastIndexOf('/') + 1);
  const isSaidBetter = (title: string): boolean =>
    titles.some(
      (other) =>
        other === `${title} (${id})` ||
        (other.startsWith(`${title} `) && /^\d+$/.test(other.slice(title.length + 1))),
    );
  return titles.filter((title) => !isSaidBetter(title));
}

function sideOf(
  step: StepSummary | undefined,
  side: {
    readonly ran: RanNode | undefined;
    readonly graphs: RanGraphs | undefined;
    readonly root: string;
  },
): NodeSide {
  if (step === undefined) return { absent: absenceOf(side) };
  const { status, ms, device, memory, items, error } = shownStep(step, side.root);
  return {
    ...{ status, ms },
    ...(device === undefined || device === 'auto' ? {} : { device }),
    ...(memory === undefined ? {} : { memory }),
    ...(items === undefined || items.failed === 0 ? {} : { failedItems: items.failed }),
    ...(error === undefined ? {} : { error: error.message }),
  };
}

function absenceOf({
  ran,
  graphs,
}: {
  readonly ran: RanNode | undefined;
  readonly graphs: RanGraphs | undefined;
}): Absence {
  if (graphs === undefined) return 'unknown';
  if (ran === undefined) return 'not in its graph';
  return ran.node.bypass === true ? 'switched off' : 'did not run';
}

/** The outputs of the steps of a node, those of one name beside each other. */
async function comparedOutputs(
  { artifacts }: Source,
  steps: readonly (StepSummary | undefined)[],
): Promise<ComparedOutput[]> {
  const ports = new Set(steps.flatMap((step) => Object.keys(step?.outputs ?? {})));
  const outputs: ComparedOutput[] = [];
  for (const port of ports) {
    const refs = steps.map((step) => step?.outputs[port] ?? null);
    const gone: boolean[] = [];
    for (const ref of refs) gone.push(ref !== null && !(await artifacts.has(ref.digest)));
    const type = typeOf(refs);
    const rows = type === undefined ? undefined : rowsOf(type);
    outputs.push({
      ...{ port, artifacts: refs, gone, unit: type?.unit ?? type?.id ?? 'output' },
      differs: refs.some((ref) => ref?.digest !== refs[0]?.digest),
      ...(rows === undefined ? {} : { rows }),
    });
  }
  return outputs;
}

/** The type that all of some outputs have. */
function typeOf(refs: readonly (ArtifactRef | null)[]): PortType | undefined {
  const kinds = new Set(refs.flatMap((ref) => ref?.mediaType ?? []));
  const [mediaType] = kinds;
  return kinds.size > 1
    ? undefined
    : Object.values(portTypes).find((type) => type.mediaType === mediaType);
}

function rowsOf({ id, encoding }: PortType): ComparedOutput['rows'] {
  if (id === Answers.id) return 'answers';
  if (id === Hits.id) return 'hits';
  // Metrics have a table of their own.
  return encoding === 'jsonl' && id !== Metrics.id ? 'text' : undefined;
}
