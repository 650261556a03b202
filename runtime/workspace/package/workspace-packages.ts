import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  GraphError,
  parseGraph,
  resolveGraph,
  usedFiles,
  type ActionRecord,
  type Graph,
  type ModelLookup,
  type Plan,
  type Registry,
} from '@graft/graph';
import type { FileSourceResolver } from '@graft/engine';
import { isFullDisk, stagingName, writeStream } from '@graft/kit';
import type { Leases } from '@graft/store/database';
import { namedSources } from '../locks/graph-lock.ts';
import { fullDisk } from '../files/write-error.ts';
import { makeStateFolder, type StateGuard } from '../files/state-folder.ts';
import { readUsedGraphs } from '../locks/used-graphs.ts';
import type { GraphFile } from '../files/graph-files.ts';
import {
  pack,
  packageContents,
  type PackParts,
  type PackReport,
  type PackRequest,
} from './pack.ts';
import { modelIds, type PackageContents, type PackChoice } from './package-contents.ts';
import type { PlacingJournal } from './placing-journal.ts';
import type { ReceivedPackage, ReceivedPackages } from './received-packages.ts';
import { unpack, type UnpackReport } from './unpack.ts';

/** A cache record that came in a package. */
export interface ReceivedResult extends ActionRecord {
  /** The node of its run that gave it; absent where that run is gone. */
  readonly node?: string;
}

export interface WorkspacePackagesParts extends PackParts {
  readonly files: FileSourceResolver;
  /** A real path. */
  readonly root: string;
  readonly scratchFolder: string;
  readonly state: StateGuard;
  readonly leases: Leases;
  readonly received: ReceivedPackages;
  readonly journal: PlacingJournal;
  readonly registry: Registry;
  readonly models: ModelLookup;
  readonly read: (path: string) => Promise<GraphFile>;
  /** Throws what is wrong with the graph. */
  readonly plan: (graph: Graph, file: string) => Promise<Plan>;
}

/** The packages of a workspace: those that are made of its graphs, and those that were unpacked in it. */
export class WorkspacePackages {
  readonly #parts: WorkspacePackagesParts;

  constructor(parts: WorkspacePackagesParts) {
    this.#parts = parts;
  }

  /** What a package of a graph file could hold, with sizes. Throws what is wrong with the graph. */
  async contents(file: string): Promise<PackageContents> {
    return packageContents(this.#parts, await this.#request(file));
  }

  /** Writes a package of a graph file to `target`, an absolute path. */
  async pack(file: string, choice: PackChoice, target: string): Promise<PackReport> {
    return pack(this.#parts, await this.#request(file), { choice, target });
  }

  /** A package as a stream; what it is written to meanwhile goes when the stream is closed, read or not. */
  async packStream(
    file: string,
    choice: PackChoice,
  ): Promise<{ readonly size: number; readonly body: Readable }> {
    const { scratchFolder } = this.#parts;
    await makeStateFolder(scratchFolder);
    const target = join(scratchFolder, stagingName());
    try {
      const { size } = await this.pack(file, choice, target);
      const body = createReadStream(target);
      body.once('close', () => void rm(target, { force: true }).catch(() => undefined));
      return { size, body };
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }

  /**
   * Unpacks an archive: all of it, or nothing. `name` is how messages call it. Throws `damaged-file`, `newer-format`,
   * `unsafe-path`, `too-large`, `no-space`, or `name-taken` where a file would take the place of another.
   */
  async unpack(archive: string, name: string): Promise<UnpackReport> {
    const { state, stores, scratchFolder } = this.#parts;
    await state.check();
    await makeStateFolder(scratchFolder);
    const report = await toldFullDisk(() => unpack({ ...this.#parts, ...stores }, archive, name));
    return { ...report, ...(await this.#missing(report.graph)) };
  }

  /** As `unpack`, from a stream. */
  async unpackStream(body: AsyncIterable<Uint8Array>, name: string): Promise<UnpackReport> {
    const { scratchFolder } = this.#parts;
    const archive = join(scratchFolder, stagingName());
    await makeStateFolder(scratchFolder);
    try {
      await toldFullDisk(() => writeStream(archive, body));
      return await this.unpack(archive, name);
    } finally {
      await rm(archive, { force: true });
    }
  }

  /** Those that were unpacked here, newest first. */
  list(): Promise<readonly ReceivedPackage[]> {
    return this.#parts.received.list();
  }

  /** Lets the records of a package serve every graph; by its id or name. */
  trust(id: string): Promise<ReceivedPackage> {
    return this.#parts.received.trust(id, this.#parts.stores.actions);
  }

  /** The results that a package brought, by its id or name: its cache records, with the nodes of its run. */
  async results(id: string): Promise<readonly ReceivedResult[]> {
    const { received, stores } = this.#parts;
    const { runId } = await received.get(id);
    const steps = runId === undefined ? [] : await stores.runs.steps(runId);
    const nodes = new Map(steps.map(({ cacheKey, node }) => [cacheKey, node]));
    const records = await received.records(id);
    return records.map((record) => {
      const node = nodes.get(record.key);
      return { ...record, ...(node === undefined ? {} : { node }) };
    });
  }

  /** Forgets a package's records; its files and its run stay. */
  remove(id: string): Promise<void> {
    return this.#parts.received.remove(id, this.#parts.stores.actions);
  }

  /** What a graph names and this machine does not have. */
  async #missing(file: string): Promise<Pick<UnpackReport, 'missingModels' | 'missingFiles'>> {
    const { registry, models, catalogue, read, files } = this.#parts;
    const { text } = await read(file);
    const graph = parseGraph(text, file);
    const graphs = await readUsedGraphs(graph, { read });
    const { nodes } = resolveGraph(graph, { registry, models, graphs, file });
    const named = modelIds(nodes);
    const listed = await catalogue.list();
    const missingFiles: string[] = [];
    for (const { kind, name, optional = false } of namedSources(nodes)) {
      if (kind !== 'files' || optional) continue;
      const found = await files.match([name], 1).catch(() => undefined);
      if (found === undefined) missingFiles.push(name);
    }
    const missingModels = listed
      .filter(({ facts, installed }) => named.includes(facts.id) && !installed)
      .map(({ facts }) => facts);
    return { missingModels, missingFiles };
  }

  async #request(file: string): Promise<PackRequest> {
    const { read, plan } = this.#parts;
    const written = await read(file);
    const graph = parseGraph(written.text, written.path);
    const planned = await plan(graph, written.path);
    const experiments = Object.keys(graph.experiments ?? {});
    return { graphs: [written, ...(await this.#used(graph))], plan: planned, experiments };
  }

  /** The graph files that a graph uses, and those that these use. They have been planned, so they are there. */
  async #used(graph: Graph): Promise<GraphFile[]> {
    const files: GraphFile[] = [];
    const paths = new Set(usedFiles(graph));
    // A Set's iteration reaches what is added on the way.
    for (const path of paths) {
      const file = await this.#parts.read(path);
      files.push(file);
      for (const next of usedFiles(parseGraph(file.text, path))) paths.add(next);
    }
    return files;
  }
}

async function toldFullDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isFullDisk(error) && !(error instanceof GraphError) ? fullDisk(error) : error;
  }
}
