import {
  GraphError,
  GraphLibrary,
  outageText,
  parseGraph,
  usedFiles,
  type Graph,
  type GraphLookup,
  type RunRecord,
} from '@graft/graph';
import type { StatePlace, Workspace } from '@graft/workspace';
import { createHash } from 'node:crypto';
import { env } from './env.ts';
import { exitCode } from './exit-code.ts';
import { readText } from './graph-source.ts';
import { applySettings, parseSetting } from './param-setting.ts';
import { locateGraph } from './workspace-location.ts';
import path from 'node:path';

/** Where the state of a workspace is kept. */
export function stateFolderOf(root: string): string {
  return path.resolve(env.stateFolder ?? path.join(root, '.graft'));
}

/** Where the environment says that the state of a workspace is. Throws `bad-input`. */
export async function statePlaceOf(root: string): Promise<StatePlace> {
  const place = { root, stateFolder: stateFolderOf(root) };
  const database = env.database === undefined ? {} : { database: env.database };
  if (env.artifacts === undefined) return { ...place, ...database };
  const { readS3Settings } = await import('@graft/workspace');
  const artifacts = readS3Settings(env.artifacts);
  return { ...place, ...database, ...(artifacts === undefined ? {} : { artifacts }) };
}

/** Opens a workspace with the state of the environment. */
export async function open(
  root: string,
  options: { readonly examplesFolder?: string; readonly keepsRunsOn?: boolean } = {},
): Promise<Workspace> {
  const { openWorkspace } = await import('@graft/workspace');
  const savesOnClose = (): void => {
    process.stderr.write(
      'Saving the checkpoint of the training (at most a minute). Press Ctrl+C to stop without it.\n',
    );
    process.once('SIGINT', () => process.exit(exitCode.cancelled));
  };
  return openWorkspace({
    ...{ ...(await statePlaceOf(root)), savesOnClose, ...options },
  });
}

/** Tells when requests wait for the database or the bucket. Returns a function that stops this. */
export function tellOutages(
  { outages }: Workspace,
  tell: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): () => void {
  return outages.listen((change) => {
    tell(outageText(change));
  });
}

/** A graph file read for work, with the parameters of `--set`. */
export interface OpenedGraph {
  readonly root: string;
  /** Path below the workspace. */
  readonly file: string;
  readonly graph: Graph;
  /** The file's, where the graph is as it stands there. */
  readonly revision?: string;
}

export async function openGraph(
  file: string,
  options: { readonly workspace?: string | undefined; readonly set: readonly string[] },
): Promise<OpenedGraph> {
  const settings = options.set.map(parseSetting);
  const located = await locateGraph(file, options.workspace);
  const text = await readText(path.join(located.root, located.path), file);
  const graph = parseGraph(text, file);
  if (settings.length === 0) {
    return { root: located.root, file: located.path, graph, revision: revisionOf(text) };
  }
  const { registry } = await import('@graft/nodes/definitions');
  const graphs = await usedGraphs(graph, located.root);
  const library = new GraphLibrary(graph, { registry, graphs, file: located.path });
  return {
    root: located.root,
    file: located.path,
    graph: applySettings(graph, settings, {
      registry,
      graphs: library.lookup(library.root),
    }),
  };
}

/** The graph files that a graph uses. */
export async function usedGraphs(graph: Graph, root: string): Promise<GraphLookup> {
  if (usedFiles(graph).length === 0) return () => undefined;
  const { readUsedGraphs } = await import('@graft/workspace');
  return readUsedGraphs(graph, root);
}

/** As the workspace counts revisions: the sha256 of the file's bytes. */
const revisionOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A run by id, by the beginning of its id, or `latest`. */
export async function findRun(workspace: Workspace, name: string): Promise<RunRecord> {
  const exact = name === 'latest' ? undefined : await workspace.journal.get(name);
  if (exact !== undefined) return exact;
  const newest = await workspace.journal.list(
    name === 'latest' ? { parent: null, limit: 1 } : { limit: 10_000 },
  );
  const matching = newest.filter((run) => name === 'latest' || run.id.startsWith(name));
  const [run] = matching;
  if (run === undefined) {
    throw new GraphError(
      'missing-file',
      name === 'latest'
        ? 'Nothing has run in this workspace yet.'
        : `There is no run "${name}" in this workspace. "graft runs ls" lists the runs.`,
    );
  }
  if (matching.length > 1) {
    throw new GraphError(
      'missing-file',
      `${matching.length} runs begin with "${name}". Type more of the id; "graft runs ls" lists the runs.`,
    );
  }
  return run;
}
