import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Catalogue } from '@graft/backends/catalogue';
import { FileSourceResolver } from '@graft/engine';
import {
  type EvidenceTable,
  GraphError,
  graphReferences,
  graphTitle,
  parseGraph,
  type ArtifactStore,
  type Graph,
  type Registry,
} from '@graft/graph';
import { keptAnswers, type AskedExample } from './example-answers.ts';
import { claimOf, toldClaim, type ExampleClaim } from './example-claim.ts';
import { exampleListing, type ListedExample } from './example-listing.ts';
import { GraphFiles } from './graph-files.ts';
import { GraphPlanner } from '../runs/graph-planner.ts';
import { modelIds } from '../package/package-contents.ts';
import { dataFiles } from '../package/pack.ts';
import { filePlaces, writeFiles, type ComingFile } from '../package/place-files.ts';
import type { PlacingJournal } from '../package/placing-journal.ts';
import { usesIn, type ExampleUse } from './example-uses.ts';
import { makeStateFolder } from './state-folder.ts';

/** A graph to begin with, and what belongs to it. */
export interface Example extends Omit<ListedExample, 'table'> {
  /** Of the graph file, as it is called in the workspace, too. */
  readonly path: string;
  /** The heading of its first note that has one; else the name of its file. */
  readonly title: string;
  /** Graph files and data. */
  readonly files: number;
  /** Bytes of them. */
  readonly size: number;
  readonly models: readonly { readonly id: string; readonly size: number }[];
  /** What it claims, where it claims anything. */
  readonly claim?: ExampleClaim;
}

/** The example that a graph file is or is a copy of. */
export interface ExampleOrigin {
  readonly path: string;
  /** Whether the file is the example itself, which the page does not change. */
  readonly original: boolean;
  readonly headline?: ListedExample['headline'];
  readonly firstRun?: ListedExample['firstRun'];
}

/** Where the page saves changed examples, if the workspace is the folder of the examples. */
export const copiesFolder = 'mine';

interface ExamplesParts {
  /** A real path; undefined where no examples have come along. */
  readonly folder: string | undefined;
  /** The workspace, a real path. */
  readonly root: string;
  readonly stateFolder: string;
  readonly scratchFolder: string;
  readonly journal: PlacingJournal;
  readonly registry: Registry;
  readonly catalogue: Catalogue;
  readonly artifacts: ArtifactStore;
}

interface ExampleFile extends ComingFile {
  readonly absolute: string;
  readonly size: number;
}

interface Contents extends Pick<Example, 'models'> {
  readonly graph: Graph;
  readonly files: readonly ExampleFile[];
}

/** What only says how an example was measured: nobody who uses it needs that. */
const measured = new Set(['claim.json', 'items.jsonl', 'answers.jsonl']);

/** What stands beside a graph that has a folder of its own: how it is described, what makes its data, or serves it. */
async function besideGraph(folder: string, path: string): Promise<readonly string[]> {
  const own = dirname(path);
  if (own === '.') return [];
  const entries = await readdir(join(folder, own), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !measured.has(entry.name))
    .map(({ name }) => `${own}/${name}`);
}

/** Graphs that came with Graft, to copy into a workspace with all that they need. */
export class Examples {
  readonly #parts: ExamplesParts;

  constructor(parts: ExamplesParts) {
    this.#parts = parts;
  }

  /** Those that `examples.json` names, in its order. Empty where none have come along. */
  async list(): Promise<readonly Example[]> {
    const { folder } = this.#parts;
    if (folder === undefined) return [];
    const examples: Example[] = [];
    for (const [path, { table, ...listed }] of Object.entries(await exampleListing(folder))) {
      const { graph, files, models } = await this.#contents(folder, path);
      const size = files.reduce((sum, file) => sum + file.size, 0);
      const claim = await claimOf(folder, path);
      const titleOf = (node: string): string => graph.nodes[node]?.title ?? node;
      examples.push({
        ...listed,
        ...{ path, title: graphTitle(graph)?.title ?? basename(path, '.graft.json') },
        ...{ files: files.length, size, models },
        ...(claim === undefined ? {} : { claim: toldClaim(claim, table, titleOf) }),
      });
    }
    return examples;
  }

  /** The examples that have a node of a type, with its parameters there. Empty where none have come along. */
  async uses(type: string): Promise<readonly ExampleUse[]> {
    const { folder } = this.#parts;
    return folder === undefined
      ? []
      : usesIn(folder, Object.keys(await exampleListing(folder)), type);
  }

  /** What an example was measured to do: by experiment, its table. Throws `missing-file`. */
  async tables(path: string): Promise<Readonly<Record<string, EvidenceTable>>> {
    const { tables } = await this.#claim(path);
    return Object.fromEntries(Object.entries(tables).map(([name, { table }]) => [name, table]));
  }

  /** What the variants of one of its experiments answered; see `keptAnswers`. Throws `missing-file`. */
  async answers(path: string, experiment: string): Promise<readonly AskedExample[]> {
    const { folder, tables } = await this.#claim(path);
    const variants = tables[experiment]?.table.rows.map(({ variant }) => variant) ?? [];
    return keptAnswers(join(folder, dirname(path)), experiment, variants);
  }

  async #claim(path: string) {
    const { folder } = this.#parts;
    const claim =
      folder !== undefined && Object.hasOwn(await exampleListing(folder), path)
        ? await claimOf(folder, path)
        : undefined;
    if (folder === undefined || claim === undefined) {
      throw new GraphError('missing-file', `There is no example "${path}" with a claim.`);
    }
    return { ...claim, folder };
  }

  /**
   * The example that a graph file of the workspace is, or is a copy of. Where the workspace is the folder of the examples, those
   * are `original` and their copies, which were edited, lie in `copiesFolder`; elsewhere a copied example has the path that it
   * has there.
   */
  async origin(path: string): Promise<ExampleOrigin | undefined> {
    const { folder, root } = this.#parts;
    if (folder === undefined) return undefined;
    // A list that cannot be read is told of where the examples are shown; files open all the same.
    const none: Awaited<ReturnType<typeof exampleListing>> = {};
    const listed = await exampleListing(folder).catch(() => none);
    const isHere = folder === root;
    const known = (example: string, original: boolean): ExampleOrigin | undefined => {
      if (!Object.hasOwn(listed, example)) return undefined;
      const { headline, firstRun } = listed[example] ?? {};
      return { path: example, original, headline, firstRun };
    };
    const itself = known(path, isHere);
    if (itself !== undefined || !isHere || !path.startsWith(`${copiesFolder}/`)) return itself;
    const copied = path.slice(copiesFolder.length + 1).replace(/-\d+(?=\.graft\.json$)/, '');
    const edited = known(copied, false);
    // What a first run takes was measured of the example as it came.
    return edited === undefined ? undefined : { ...edited, firstRun: undefined };
  }

  /** The text of an example's graph as it came with Graft. Throws `missing-file`. */
  async text(path: string): Promise<string> {
    return readFile(join(await this.#folderOf(path), path), 'utf8');
  }

  /** The folder of the examples, if it lists this one. Throws `missing-file`. */
  async #folderOf(path: string): Promise<string> {
    const { folder } = this.#parts;
    if (folder === undefined || !Object.hasOwn(await exampleListing(folder), path)) {
      throw new GraphError('missing-file', `There is no example "${path}".`);
    }
    return folder;
  }

  /**
   * Writes an example with the graphs that it uses and its data below the workspace: all of it, or, where a file would take
   * the place of another (`name-taken`), nothing. Gives the paths of what was written. Throws `missing-file`.
   */
  async copy(path: string): Promise<readonly string[]> {
    const { root, scratchFolder } = this.#parts;
    const { files } = await this.#contents(await this.#folderOf(path), path);
    await makeStateFolder(scratchFolder);
    const open = ({ absolute }: ExampleFile) => createReadStream(absolute);
    const rest = async (written: readonly string[]) => written;
    return this.#parts.journal.alone(async (journal) =>
      writeFiles(files, await filePlaces(root, files, path), {
        ...{ root, open, scratchFolder, journal, rest },
      }),
    );
  }

  /** The graph, the graphs that it uses, the files that its nodes read, and what stands beside it in a folder of its own. */
  async #contents(folder: string, path: string): Promise<Contents> {
    const { registry, catalogue, artifacts, stateFolder } = this.#parts;
    const state = join(stateFolder, 'examples');
    const graphs = new GraphFiles(folder, state);
    const planner = new GraphPlanner({ registry, models: catalogue.lookup, artifacts }, graphs);
    const graph = parseGraph((await graphs.read(path)).text, path);
    const { plan } = await planner.plan(graph, path, {});
    const used = graphReferences(graph, await planner.read(graph, path));
    const files = new Map<string, ExampleFile>();
    for (const one of [path, ...used.keys(), ...(await besideGraph(folder, path))]) {
      const absolute = join(folder, one);
      const bytes = await readFile(absolute);
      const digest = createHash('sha256').update(bytes).digest('hex');
      files.set(one, { path: one, digest, absolute, size: bytes.byteLength });
    }
    for (const file of await dataFiles(new FileSourceResolver(folder, state), plan)) {
      files.set(file.path, file);
    }
    const models = modelIds(plan.nodes).map((id) => {
      const { files: parts } = catalogue.entry(id);
      return { id, size: parts.reduce((sum, part) => sum + part.size, 0) };
    });
    return { graph, files: [...files.values()], models };
  }
}
