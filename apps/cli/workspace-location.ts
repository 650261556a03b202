import { lstatSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { GraphError, suggestion } from '@graft/graph';
import { env } from './env.ts';

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

/** The nearest folder from `folder` upwards that holds `.graft`; undefined where there is none. */
function workspaceAbove(folder: string): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    // A link that leads nowhere counts: opening it says what is wrong.
    if (lstatSync(path.join(at, '.graft'), { throwIfNoEntry: false }) !== undefined) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * The workspace of a file: `workspace` where it is given, else the nearest ancestor folder holding
 * `.graft`, else the file's own folder. Throws `missing-file` and `outside-workspace`.
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
    throw new GraphError('missing-file', 'This is a folder. Give a graph file in it.', {
      location: { file },
    });
  }
  const root = workspace === undefined ? undefined : existingFolder(workspace);
  const folder = path.dirname(absolute);
  const chosen = root ?? workspaceAbove(folder) ?? folder;
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
    'No workspace here: neither this folder nor one above it holds .graft. Name one with --workspace DIR; running a graph in a folder makes it one.',
  );
}

/** Throws `missing-file` where a command that only looks would make a new state, by a mistyped name for instance. */
function requireState(stateFolder: string): void {
  if (statSync(stateFolder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new GraphError(
    'missing-file',
    `GRAFT_STATE names ${stateFolder}, and there is no such folder. Correct it, or name the workspace with --workspace DIR.`,
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
