/** Endings of the files in a workspace that count as documents; *Files* reads each of these kinds. */
export const documentEndings = ['md', 'txt', 'html', 'pdf', 'docx', 'epub'] as const;
export type DocumentEnding = (typeof documentEndings)[number];

/** Documents of one kind, below one folder of the workspace. */
export interface DocumentGroup {
  /** A folder directly in the workspace; empty: the documents lie in the workspace itself. */
  readonly folder: string;
  readonly ending: DocumentEnding;
  readonly count: number;
}

/** A JSONL or CSV file that can be read to its end. */
export interface TableFile {
  /** Below the workspace, with `/`. */
  readonly path: string;
  readonly rows: number;
  /** Of the first row. */
  readonly columns: readonly string[];
  /** The first rows, without those that are long. */
  readonly head: readonly Readonly<Record<string, unknown>>[];
}

/** What the files of a workspace offer to begin a graph with. */
export interface Material {
  readonly documents: readonly DocumentGroup[];
  readonly tables: readonly TableFile[];
}
