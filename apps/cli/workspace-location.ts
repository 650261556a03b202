import { existsSync, lstatSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { GraphError, isInnerPath, suggestion, usedFiles, type Graph } from '@graft/graph';
import { env } from './env.ts';
import { readGraphFile } from './graph-source.ts';

/** Where a command is called. */
interface Around {
  readonly folder?: string | undefined;
  /** What GRAFT_STATE names. */
  readonly stateFolder?: string | undefined;
}

/** A graph file and the workspace it belongs to. */
export interface LocatedFile {
  /** Absolute folder. */
  readonly root: string;
  /** Path below the workspace, with `/`. */
  readonly path: string;
}

/** The folders from `folder` upwards, itself first. */
function* upwards(folder: string): Generator<string> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    yield at;
    if (at === path.dirname(at)) return;
  }
}

// A link that leads nowhere counts: opening it says what is wrong.
const hasState = (folder: string): boolean =>
  lstatSync(path.join(folder, '.graft'), { throwIfNoEntry: false }) !== undefined;

/** The nearest folder from `folder` upwards that holds `.graft`; undefined where there is none. */
function workspaceAbove(folder: string): string | undefined {
  return [...upwards(folder)].find(hasState);
}

/** Paths below its workspace that a graph file names. */
interface NamedPaths {
  readonly graphs: readonly string[];
  /** Without their patterns. */
  readonly data: readonly string[];
}

async function namedPaths(file: string): Promise<NamedPaths> {
  let graph: Graph;
  try {
    graph = await readGraphFile(file);
  } catch (error) {
    // Whoever asked reads it next, and says what is wrong with it.
    if (error instanceof GraphError) return { graphs: [], data: [] };
    throw error;
  }
  const data = Object.keys(graph.lock?.files ?? {}).map(withoutPattern);
  return { graphs: usedFiles(graph).filter(isInnerPath), data: data.filter(isInnerPath) };
}

/** `pages` of `pages/*.md`. */
function withoutPattern(pattern: string): string {
  const parts = pattern.split('/');
  const at = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  return (at < 0 ? parts : parts.slice(0, at)).join('/');
}

/**
 * Where paths in a graph file lead somewhere. A folder that holds `.graft` is a workspace; a fresh clone has none, and then
 * the file tells: the nearest folder that has all graphs that it uses, or all data that its lock names where it uses none.
 * Nothing above a git repository, and no whole disk, is a workspace of its files.
 */
async function workspaceOf(file: string): Promise<string> {
  const folder = path.dirname(file);
  const { graphs, data } = await namedPaths(file);
  const has = (paths: readonly string[]) => (at: string) =>
    paths.every((each) => existsSync(path.join(at, each)));
  const marked = [...upwards(folder)].find((at) => hasState(at) && has(graphs)(at));
  if (marked !== undefined) return marked;
  const state = workspaceAbove(folder);
  const named = graphs.length > 0 ? graphs : state === undefined ? data : [];
  if (named.length > 0) {
    for (const at of upwards(folder)) {
      if (at === path.dirname(at)) break;
      if (has(named)(at)) return at;
      if (existsSync(path.join(at, '.git'))) break;
    }
  }
  return state ?? folder;
}

/**
 * The workspace of a file: `workspace` where it is given, else see `workspaceOf`. Throws `missing-file` and
 * `outside-workspace`.
 */
export async function locateGraph(file: string, workspace?: string): Promise<LocatedFile> {
  const absolute = path.resolve(file);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) {
    throw new GraphError('missing-file', `There is no such file.${await similar(absolute)}`, {
      location: { file },
    });
  }
  if (!found.isFile()) {
    throw new GraphError('missing-file', 'This is a folder. Name a graph file in it.', {
      location: { file },
    });
  }
  const root = workspace === undefined ? undefined : existingFolder(workspace);
  const chosen = root ?? (await workspaceOf(absolute));
  const relative = path.relative(chosen, absolute);
  if (relative.startsWith('..') || path.isAbsolute(relative)) {
    throw new GraphError(
      'outside-workspace',
      `The file is outside the workspace ${chosen}. Move it there, or choose another with --workspace.`,
      { location: { file } },
    );
  }
  return { root: chosen, path: relative.split(path.sep).join('/') };
}

/**
 * The workspace for commands without a file: `workspace`, else the one around the current folder. With its state
 * elsewhere (GRAFT_STATE) nothing marks a workspace: then it is the current folder.
 */
export function locateWorkspace(
  workspace?: string,
  { folder = process.cwd(), stateFolder = env.stateFolder }: Around = {},
): string {
  if (workspace !== undefined) return existingFolder(workspace);
  const root = workspaceAbove(folder);
  if (root !== undefined) return root;
  if (stateFolder !== undefined) {
    requireState(stateFolder);
    return path.resolve(folder);
  }
  throw new GraphError(
    'missing-file',
    'There is no workspace here: neither this folder nor a folder above it has .graft. Use --workspace DIR, or run a graph in this folder to make it a workspace.',
  );
}

/** The workspace around this folder; else this folder becomes a workspace. */
export function locateOrHere(workspace: string | undefined): string {
  if (workspace !== undefined) return existingFolder(workspace);
  try {
    return locateWorkspace();
  } catch (error) {
    if (GraphError.from(error).code === 'missing-file') return process.cwd();
    throw error;
  }
}

/** Throws `missing-file` where a command that only looks would make a new state, by a mistyped name for instance. */
function requireState(stateFolder: string): void {
  if (statSync(stateFolder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new GraphError(
    'missing-file',
    `GRAFT_STATE names the folder ${stateFolder}, which does not exist. Correct it, or use --workspace DIR.`,
  );
}

/** The absolute path of a folder that must be there. */
export function existingFolder(folder: string): string {
  const absolute = path.resolve(folder);
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new GraphError('missing-file', `${folder} is not a folder.`, {
      location: { file: folder },
    });
  }
  return absolute;
}

async function similar(absolute: string): Promise<string> {
  const names = await readdir(path.dirname(absolute)).catch(() => []);
  return suggestion(
    path.basename(absolute),
    names.filter((name) => name.endsWith('.json')),
  );
}
