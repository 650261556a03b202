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

/** Rows of an output as a page of a run holds them. */
export interface ReportRows {
  /** Rows that the output has. */
  readonly total: number;
  /** The first of them; of metrics, some all along their course. */
  readonly rows: readonly unknown[];
  /** Rows whose long texts were cut. */
  readonly cut: number;
  /** The artifact is no longer in the cache. */
  readonly gone: boolean;
  /** Of answers: how many agree with the references of their questions, and how many do not. */
  readonly score?: { readonly right: number; readonly wrong: number };
  /** Where the wrong ones were lost, a sentence. */
  readonly lost?: string;
  /** Of those held: where each was lost, in words; null where it was not. */
  readonly losses?: readonly (string | null)[];
  /** Of embeddings: where those that the page holds lie. */
  readonly map?: EmbeddingMap;
}

/** An output of a node. */
export interface ReportOutput {
  readonly port: string;
  readonly artifact: ArtifactRef;
  /** The node type in whose view it is drawn. */
  readonly view: string;
  /** Of the step that made it, with what is left to its defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Of rows with names of metrics alone. */
  readonly meanings?: MetricMeanings;
  /** That step, where the node itself is none. */
  readonly madeBy?: string;
}

/** What a step came to. */
type ReportStep = Omit<StepView, 'outputs' | 'feeds' | 'logs' | 'metrics' | 'texts' | 'reason'>;

/** What a step had come to that was ended before it gave anything. */
export interface Unfinished {
  /** The node type in whose view it is drawn. */
  readonly view: string;
  readonly metrics: readonly MetricRow[];
  /** Text that was written, by item. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A node as the notebook has it: what it is, its parameters, and what came of it. */
export interface ReportCell extends CellHead {
  /** As steps name it: `retriever/embed`. */
  readonly path: string;
  /** Notes about it, in Markdown: they are read before it. */
  readonly prose?: readonly string[];
  readonly type: string;
  /** The title of the group that it stands in on the canvas. */
  readonly section?: string;
  /** What it reads, by its inputs. */
  readonly reads?: readonly {
    readonly port: string;
    readonly from: readonly { readonly path: string; readonly title: string }[];
  }[];
  readonly doc?: string;
  /** Those not left to their defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Absent: the run had none. */
  readonly step?: ReportStep;
  /** Why it ran. */
  readonly reason?: ReasonLine;
  readonly outputs: readonly ReportOutput[];
  readonly unfinished?: Unfinished;
  /** What its result depends on. */
  readonly parts: readonly KeyPart[];
  /** Parts that are left out. */
  readonly moreParts: number;
  /** The nodes of a graph that it uses; of a loop those of each round. */
  readonly inside: readonly ReportGroup[];
}

export interface ReportGroup {
  /** Of a loop, from 1. */
  readonly round?: number;
  /** Notes about no node, in Markdown: they are read before all of it. */
  readonly prose?: readonly string[];
  readonly cells: readonly ReportCell[];
}

/** One of the outputs that a run was made for. */
export interface ReportResult {
  /** Of the cell that gave it. */
  readonly path: string;
  /** The figure that matters: `9 of 33 right`, `Accuracy 0.24`. */
  readonly headline: string;
  /** The headline compares answers with their references. */
  readonly isScore: boolean;
}

/** A run to be read without Graft, in plain data. */
export interface Report {
  /** That of the first note, else of the file. */
  readonly title: string;
  readonly run: Pick<
    RunRecord,
    'id' | 'file' | 'status' | 'startedAt' | 'finishedAt' | 'error' | 'variant'
  >;
  /** Those that steps ran on. */
  readonly devices: readonly string[];
  /** Those that steps used, with their versions. */
  readonly engines: readonly string[];
  /** Those that steps used. */
  readonly models: readonly { readonly name: string; readonly digest: string }[];
  /** What the run came to, the most important first; empty if it came to none. */
  readonly results: readonly ReportResult[];
  /** Of a run of an experiment, which has variants and no nodes. */
  readonly experiment?: {
    readonly name: string;
    /** Its variants are called by their settings. */
    readonly table: EvidenceTable;
    /** What it shows, in words. */
    readonly verdict?: string;
    /** What the metrics say that it compares. */
    readonly meanings: MetricMeanings;
  };
  /** Notes about no node, in Markdown: they are read before all of it. */
  readonly prose?: readonly string[];
  /** Each below what feeds it. */
  readonly cells: readonly ReportCell[];
  /** Nodes within graphs and loops that are left out: there are too many. */
  readonly leftOut: number;
  /** By `rowsKey`. */
  readonly rows: Readonly<Record<string, ReportRows>>;
}

/** Outputs of the same bytes are held once. */
export function rowsKey({ digest, mediaType }: ArtifactRef): string {
  return `${mediaType} ${digest}`;
}

/** Every node, those within others after these. */
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
