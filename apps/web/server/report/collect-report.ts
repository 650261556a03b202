import {
  answersMediaType,
  Embeddings,
  experimentWords,
  inMetricWords,
  inVariantNames,
  verdictWords,
  type ArtifactRef,
  type EmbeddingMap,
  type EvidenceTable,
  type Registry,
  type RunRecord,
  type StepSummary,
  traceSentence,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import {
  allCells,
  comparedMeanings,
  emptyRun,
  foldEvent,
  type Report,
  type ReportRows,
  rowsKey,
  type RunState,
  verdictWords as lossWords,
} from '@graft/view';
import { shownTable, shownEvent, shownRun } from '../router/shown-paths.ts';
import { outputRows, type RowLimits } from './output-rows.ts';
import { ranNode } from '../compare/ran-node.ts';
import { readRanGraphs, type RanGraphs } from './ran-graphs.ts';
import { proseAtHead, reportCells } from './report-cells.ts';
import { embeddedSize } from './report-page.ts';
import { modelsOf, resultsOf, titled } from './report-story.ts';

/** Fewer points are no map. */
const leastMapped = 3;
/** Events read from the journal at a time. */
const eventsAtOnce = 1_000;

/** Beside the page's own scripts and styles, so that all together stays below 3 MB. */
const pageLimits: RowLimits = { all: 2_250_000, output: 1_200_000, rows: 1_000, metrics: 5_000 };

/** Reads what a run did and the beginnings of what it gave; nothing of it says where this machine keeps the workspace. */
export async function collectReport(
  workspace: Workspace,
  record: RunRecord,
  limits: RowLimits = pageLimits,
): Promise<Report> {
  const steps = await workspace.journal.steps(record.id);
  const graphs = await readRanGraphs(workspace, record);
  const { cells, leftOut, experiment, prose } = await whatRan(workspace, record, {
    steps,
    graphs,
  });
  const outputs = allCells(cells).flatMap((cell) => cell.outputs);
  const artifacts = [
    ...new Map(outputs.map(({ artifact }) => [rowsKey(artifact), artifact])).values(),
  ];
  // What is told of the nodes takes its part of the page.
  const all = Math.max(limits.all / 4, limits.all - embeddedSize(cells));
  const held = await outputRows(workspace, artifacts, { ...limits, all });
  const rows: Record<string, ReportRows> = {};
  for (const artifact of artifacts) {
    const own = held[rowsKey(artifact)];
    if (own !== undefined)
      rows[rowsKey(artifact)] = {
        ...own,
        ...(await factsOf(workspace, artifact, own)),
        ...(await lossesOf(workspace, { run: record.id, answers: artifact, held: own })),
      };
  }
  const shown = shownRun(record, workspace.root);
  const { id, file, status, startedAt, finishedAt, error, variant } = shown;
  const { headline } = (await workspace.examples.origin(record.file)) ?? {};
  return {
    ...titled(file, prose),
    run: {
      ...{ id, file, status, startedAt },
      ...(finishedAt === undefined ? {} : { finishedAt }),
      ...(error === undefined ? {} : { error }),
      ...(variant === undefined ? {} : { variant }),
    },
    devices: distinct(steps.map(({ device }) => device ?? 'auto')).filter((one) => one !== 'auto'),
    engines: distinct(
      steps.flatMap(({ parts = [] }) =>
        parts.flatMap(({ name, value }) => (name.startsWith('engine.') ? value.split(', ') : [])),
      ),
    ),
    models: modelsOf(steps),
    results:
      graphs === undefined || experiment !== undefined
        ? []
        : resultsOf(cells, { graphs, registry: workspace.registry, rows, headline }),
    ...(experiment === undefined ? {} : { experiment }),
    ...{ cells, leftOut, rows },
  };
}

/** The nodes of a run; of a run of an experiment, which has variants and events of its own kind, its table. */
async function whatRan(
  workspace: Workspace,
  record: RunRecord,
  {
    steps,
    graphs,
  }: { readonly steps: readonly StepSummary[]; readonly graphs: RanGraphs | undefined },
): Promise<Pick<Report, 'cells' | 'leftOut' | 'experiment' | 'prose'>> {
  const { root, registry } = workspace;
  const { id, experiment: name } = record;
  if (name === undefined) {
    const summaries = new Map(steps.map((step) => [step.node, step]));
    return reportCells({ run: await readRun(workspace, id), summaries, registry, graphs });
  }
  const made = shownTable(await workspace.experiments.table(id), root);
  return {
    ...(graphs === undefined ? {} : proseAtHead(graphs.root)),
    ...{ cells: [], leftOut: 0 },
    experiment: { name, ...inWords(made, name, { graphs, registry }) },
  };
}

/** The table of an experiment with its variants in words, what it shows, and what its metrics mean. */
function inWords(
  table: EvidenceTable,
  experiment: string,
  { graphs, registry }: { readonly graphs: RanGraphs | undefined; readonly registry: Registry },
): Omit<NonNullable<Report['experiment']>, 'name'> {
  if (graphs === undefined) {
    return { ...withVerdict(table, verdictWords(inMetricWords(table))), meanings: {} };
  }
  const graph = graphs.root.file;
  const words = experimentWords(graph, experiment, ({ type }) => registry.get(type));
  const titleOf = (path: string): string => ranNode(graphs, path, registry)?.title ?? path;
  return {
    ...withVerdict(
      inVariantNames(table, words.variant).table,
      verdictWords(inMetricWords(table, titleOf), words.settings),
    ),
    meanings: comparedMeanings(graph, experiment, registry),
  };
}

function withVerdict(
  table: EvidenceTable,
  verdict: string | undefined,
): { readonly table: EvidenceTable; readonly verdict?: string } {
  return { table, ...(verdict === undefined ? {} : { verdict }) };
}

/** What is found out of all of an output: of answers how many are right, of embeddings where those lie that are held. */
async function factsOf(
  workspace: Workspace,
  artifact: ArtifactRef,
  held: ReportRows,
): Promise<Pick<ReportRows, 'score' | 'map'>> {
  if (held.gone) return {};
  switch (artifact.mediaType) {
    case answersMediaType: {
      const { right, wrong } = await workspace.scores.of(artifact);
      return { score: { right, wrong } };
    }
    case Embeddings.mediaType: {
      if (held.rows.length < leastMapped) return {};
      return { map: heldPart(await workspace.maps.of(artifact), held.rows.length) };
    }
    default:
      return {};
  }
}

/** Where the wrong ones among answers of a run were lost, together and one by one. */
async function lossesOf(
  { traces }: Workspace,
  {
    held,
    ...of
  }: { readonly run: string; readonly answers: ArtifactRef; readonly held: ReportRows },
): Promise<Pick<ReportRows, 'lost' | 'losses'>> {
  if (held.gone || of.answers.mediaType !== answersMediaType) return {};
  // Rows that are gone or of another version leave the sentence out, not the report.
  const summary = await traces.summary(of).catch(() => undefined);
  const lost = summary && traceSentence(summary);
  if (lost === undefined) return {};
  const traced = await traces.pick(of, [...held.rows.keys()]);
  return { lost, losses: traced.map((trace) => (trace && lossWords(trace)) ?? null) };
}

/** A map of the first rows alone, each where it lies among all. */
function heldPart(map: EmbeddingMap, held: number): EmbeddingMap {
  const points = [...map.rows.keys()].filter((at) => (map.rows[at] ?? held) < held);
  const pick = <T>(from: readonly T[]): T[] => points.flatMap((at) => from[at] ?? []);
  return {
    ...map,
    rows: pick(map.rows),
    documentOf: pick(map.documentOf),
    places: points.flatMap((at) => map.places.slice(2 * at, 2 * at + 2)),
  };
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

async function readRun({ root, journal }: Workspace, id: string): Promise<RunState> {
  let run = emptyRun(id);
  for (let after = 0; ;) {
    const events = await journal.events(id, after, eventsAtOnce);
    const last = events.at(-1);
    if (last === undefined) return run;
    run = events.reduce((folded, event) => foldEvent(folded, shownEvent(event, root)), run);
    after = last.seq;
  }
}
