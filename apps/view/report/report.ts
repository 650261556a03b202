import type {
  ArtifactRef,
  EmbeddingMap,
  EvidenceTable,
  KeyPart,
  MetricMeanings,
  MetricRow,
  RunRecord,
} from '@graft/graph';
import type { CellHead } from '../notebook/cell-head.ts';
import type { ReasonLine } from '../run/miss-reason.ts';
import type { StepView } from '../run/step-view.ts';

/** Rows of an output, as the page of an exported run contains them. */
export interface ReportRows {
  /** Number of rows of the output. */
  readonly total: number;
  /** The first rows; for metrics, a sample of the whole curve. */
  readonly rows: readonly unknown[];
  /** Rows whose long texts were cut. */
  readonly cut: number;
  /** The artifact is no longer in the cache. */
  readonly gone: boolean;
  /** For answers: how many agree with their references, and how many do not. */
  readonly score?: { readonly right: number; readonly wrong: number };
  /** A sentence on where the wrong answers were lost. */
  readonly lost?: string;
  /** For each of `rows`, where its answer was lost, in words; null if it was not. */
  readonly losses?: readonly (string | null)[];
  /** For embeddings: the positions of `rows` on the map. */
  readonly map?: EmbeddingMap;
}

/** An output of a node. */
export interface ReportOutput {
  readonly port: string;
  readonly artifact: ArtifactRef;
  /** The node type whose view draws it. */
  readonly view: string;
  /** Parameters of the step that produced it, defaults included. */
  readonly params: Readonly<Record<string, unknown>>;
  /** For rows with names of metrics only. */
  readonly meanings?: MetricMeanings;
  /** The step that produced it, if the node has no step of its own. */
  readonly madeBy?: string;
}

/** The outcome of a step. */
type ReportStep = Omit<StepView, 'outputs' | 'feeds' | 'logs' | 'metrics' | 'texts' | 'reason'>;

/** Metrics and partial texts of a step that ended before it had an output. */
export interface Unfinished {
  /** The node type whose view draws it. */
  readonly view: string;
  readonly metrics: readonly MetricRow[];
  /** Written text, by item. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A node as the notebook shows it, with its parameters and its step. */
export interface ReportCell extends CellHead {
  /** Path of its step: `retriever/embed`. */
  readonly path: string;
  /** Notes about it, in Markdown; shown before it. */
  readonly prose?: readonly string[];
  readonly type: string;
  /** Title of its group on the canvas. */
  readonly section?: string;
  /** Its sources, by input. */
  readonly reads?: readonly {
    readonly port: string;
    readonly from: readonly { readonly path: string; readonly title: string }[];
  }[];
  readonly doc?: string;
  /** Parameters that differ from their defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Absent: the run had none. */
  readonly step?: ReportStep;
  /** Why it ran. */
  readonly reason?: ReasonLine;
  readonly outputs: readonly ReportOutput[];
  readonly unfinished?: Unfinished;
  /** Parts of its cache key. */
  readonly parts: readonly KeyPart[];
  /** Number of parts that are left out. */
  readonly moreParts: number;
  /** The nodes of its subgraph; for a loop, those of each round. */
  readonly inside: readonly ReportGroup[];
}

export interface ReportGroup {
  /** Round of a loop, from 1. */
  readonly round?: number;
  /** Notes that belong to no node, in Markdown; shown first. */
  readonly prose?: readonly string[];
  readonly cells: readonly ReportCell[];
}

/** A result of the run with its headline. */
export interface ReportResult {
  /** Path of its cell. */
  readonly path: string;
  /** `9 of 33 right`, `Accuracy 0.24`. */
  readonly headline: string;
  /** The headline compares answers with their references. */
  readonly isScore: boolean;
}

/** A run as plain data, to export for people without Graft. */
export interface Report {
  /** Title of the first note, else of the file. */
  readonly title: string;
  readonly run: Pick<
    RunRecord,
    'id' | 'file' | 'status' | 'startedAt' | 'finishedAt' | 'error' | 'variant'
  >;
  /** Devices that ran steps. */
  readonly devices: readonly string[];
  /** Engines that steps used, with versions. */
  readonly engines: readonly string[];
  /** Models that steps used. */
  readonly models: readonly { readonly name: string; readonly digest: string }[];
  /** Results of the run, the most important first. */
  readonly results: readonly ReportResult[];
  /** For the run of an experiment, which has variants instead of nodes. */
  readonly experiment?: {
    readonly name: string;
    /** Names each variant by its settings. */
    readonly table: EvidenceTable;
    /** The verdict in words. */
    readonly verdict?: string;
    /** Meanings of the compared metrics. */
    readonly meanings: MetricMeanings;
  };
  /** Notes that belong to no node, in Markdown; shown first. */
  readonly prose?: readonly string[];
  /** In running order. */
  readonly cells: readonly ReportCell[];
  /** Number of nodes within subgraphs and loops that are left out, because there are too many. */
  readonly leftOut: number;
  /** By `rowsKey`. */
  readonly rows: Readonly<Record<string, ReportRows>>;
}

/** The key of rows: outputs with equal bytes share it. */
export function rowsKey({ digest, mediaType }: ArtifactRef): string {
  return `${mediaType} ${digest}`;
}

/** All cells; those inside a cell follow it. */
export function allCells(cells: readonly ReportCell[]): readonly ReportCell[] {
  return cells.flatMap((cell) => [cell, ...cell.inside.flatMap((group) => allCells(group.cells))]);
}

/** Cells that follow each other in one group of the canvas, under its title. */
export function inSections(
  cells: readonly ReportCell[],
): readonly { readonly title?: string; readonly cells: readonly ReportCell[] }[] {
  const sections: { title?: string; cells: ReportCell[] }[] = [];
  for (const cell of cells) {
    const last = sections.at(-1);
    if (last !== undefined && last.title === cell.section) last.cells.push(cell);
    else
      sections.push({
        ...(cell.section === undefined ? {} : { title: cell.section }),
        cells: [cell],
      });
  }
  return sections;
}
