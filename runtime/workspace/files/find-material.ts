import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  documentEndings,
  isLabelsFile,
  type DocumentGroup,
  type Material,
  type TableFile,
} from '@graft/graph';
import { csvRows, jsonlRows } from './table-heads.ts';
import { workspacePath } from './workspace-path.ts';

/** The most folders to look into: the rest of a huge workspace is not searched. */
const mostFolders = 400;
/** The most tables to read, and the most bytes of each. */
const mostTables = 50;
const largestTable = 4_000_000;
/** Rows shown of a table, and the most characters of each. */
const shownRows = 3;
const longestRow = 4_000;

interface FoundFile {
  readonly path: string;
  readonly folder: boolean;
  /** Bytes, of a file. */
  readonly size: number;
}

/**
 * What the files of a workspace offer to begin a graph with. `list` gives the content of a folder below `root`, `''` for
 * `root` itself. Files that cannot be read are left out.
 */
export async function findMaterial(
  root: string,
  list: (folder: string) => Promise<readonly FoundFile[]>,
): Promise<Material> {
  const groups = new Map<string, DocumentGroup>();
  const found: FoundFile[] = [];
  const folders = [''];
  // A link may lead back to a folder that was looked into.
  const seen = new Set<string>();
  // `folders` grows meanwhile: nearer folders come first.
  for (const [at, folder] of folders.entries()) {
    if (at >= mostFolders) break;
    const real = await realpath(join(root, folder)).catch(() => folder);
    if (seen.has(real)) continue;
    seen.add(real);
    for (const file of await list(folder).catch(() => [])) {
      if (file.folder) folders.push(file.path);
      else if (isTable(file)) found.push(file);
      else countDocument(groups, file.path);
    }
  }
  const tables: TableFile[] = [];
  for (const { path } of found.slice(0, mostTables)) {
    const table = await readTable(root, path).catch(() => undefined);
    if (table !== undefined) tables.push(table);
  }
  return { documents: [...groups.values()], tables };
}

const endingOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1] ?? '';

function isTable({ path, size }: FoundFile): boolean {
  return ['jsonl', 'csv'].includes(endingOf(path)) && !isLabelsFile(path) && size <= largestTable;
}

function countDocument(groups: Map<string, DocumentGroup>, path: string): void {
  const ending = documentEndings.find((known) => known === endingOf(path));
  if (ending === undefined) return;
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
  const key = `${folder}/${ending}`;
  groups.set(key, { folder, ending, count: (groups.get(key)?.count ?? 0) + 1 });
}

async function readTable(root: string, path: string): Promise<TableFile | undefined> {
  const text = await readFile((await workspacePath(root, path)).absolute, 'utf8');
  const rows = path.endsWith('.csv') ? await csvRows(text) : jsonlRows(text);
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    ...{ path, rows: rows.length, columns: Object.keys(first) },
    head: rows.slice(0, shownRows).filter((row) => JSON.stringify(row).length <= longestRow),
  };
}
