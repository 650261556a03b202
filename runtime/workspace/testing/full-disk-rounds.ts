import { mkdir, rm, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { GraphError, parseGraph, serializeGraph, type Graph, type Registry } from '@graft/graph';
import type { SmallDisk } from '@graft/kit/testing';
import { experimentFile } from './experiment-graph.ts';
import type { Workspace } from '../workspace.ts';

/** How work ended, as whoever follows it is told. */
interface WorkEnd {
  readonly status: string;
  /** Of what went wrong. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** Of its run, where it has one. */
  readonly runId?: string;
}

/** Work that writes into the state folder of a workspace. */
export interface DiskWork {
  readonly name: string;
  /** The workspace. */
  readonly root: string;
  /** Milliseconds that it takes where there is room, about: the disk is filled at some moment of these. */
  readonly takes: number;
  /** Makes it new work, so that nothing of it is in the cache. */
  prepare(round: number): Promise<void>;
  start(workspace: Workspace): Promise<WorkEnd>;
}

interface RoundParts {
  readonly disk: SmallDisk;
  readonly open: (root: string, stateFolder: string) => Promise<Workspace>;
}

const free = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Fills the disk at a moment of some work, and expects that the work tells its end, that a collection beside it frees
 * space, and that the next work succeeds. Gives the milliseconds between the full disk and the end.
 */
export async function fullDiskRound(
  { disk, open }: RoundParts,
  work: DiskWork,
  { round, moment }: { readonly round: number; readonly moment: number },
): Promise<number> {
  const state = join(disk.folder, `state-${work.name}-${String(round)}`);
  const at = `${work.name} ${String(round)}, filled after ${moment.toFixed(0)} ms`;
  await work.prepare(round);
  let ms: number;
  {
    await using workspace = await open(work.root, state);
    let filledAt = performance.now();
    const filling = wait(moment).then(() => {
      disk.fill();
      filledAt = performance.now();
    });
    const end = await work.start(workspace);
    ms = Math.max(0, performance.now() - filledAt);
    await filling;
    if (end.status !== 'succeeded')
      expect([end.status, end.code], at).toEqual(['failed', 'no-space']);
    disk.fill();
    await collects(() => open(work.root, state), { folder: disk.folder, at });
    if (end.runId !== undefined) {
      await expect
        .poll(async () => (await workspace.journal.get(end.runId ?? ''))?.status, { message: at })
        .toBe(end.status);
    }
  }
  disk.fill();
  await collects(() => open(work.root, state), {
    folder: disk.folder,
    at: `${at}, its process ended`,
  });
  disk.empty();
  await work.prepare(round + 0.5);
  await using workspace = await open(work.root, state);
  const end = await work.start(workspace);
  expect(end.status, `${at}, with room again: ${end.message ?? ''}`).toBe('succeeded');
  await workspace[Symbol.asyncDispose]();
  await rm(state, { recursive: true, force: true });
  return ms;
}

/** Opens the state as "graft cache gc" does in a process of its own, and expects that nothing stays that could go. */
async function collects(
  open: () => Promise<Workspace>,
  { folder, at }: { readonly folder: string; readonly at: string },
): Promise<void> {
  const before = await free(folder);
  await using workspace = await open();
  const report = await workspace.storage.collect(0);
  expect(report.after, at).toBe(0);
  if (report.before > 0) expect(await free(folder), at).toBeGreaterThan(before);
}

/** Follows a run, or what refused it, to the last event. */
async function endOf(
  start: () => Promise<{ readonly runId: string }>,
  events: (runId: string) => AsyncIterable<{
    readonly type: string;
    readonly status?: string | undefined;
    readonly error?: { readonly code: string; readonly message: string } | undefined;
  }>,
): Promise<WorkEnd> {
  try {
    const { runId } = await start();
    let end: WorkEnd = { status: 'without an end' };
    for await (const { type, status, error } of events(runId)) {
      if (type === 'run.finished' || type === 'experiment.finished')
        end = { status: status ?? '', code: error?.code, message: error?.message, runId };
    }
    return end;
  } catch (error) {
    return failedBy(error);
  }
}

function failedBy(error: unknown): WorkEnd {
  const { code, message } = GraphError.from(error);
  return { status: 'failed', code, message };
}

/** Runs a graph. */
function runEnd(workspace: Workspace, graph: Graph): Promise<WorkEnd> {
  const never = new AbortController().signal;
  return endOf(
    () => workspace.runs.start(graph, 'test.graft.json'),
    (runId) => workspace.runs.events(runId, 0, never),
  );
}

const readAndSplit = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      files: { type: 'read', version: 1, params: {} },
      pieces: { type: 'split', version: 1, params: {} },
    },
    edges: ['files.documents -> pieces.documents'],
  }),
);

/** Reads and cuts a text of some megabytes. */
export function runWork(root: string, megabytes: number): DiskWork {
  return {
    ...{ name: 'run', root, takes: 1_500 },
    async prepare(round) {
      const line = `Number ${String(round)} is followed by another one. `;
      await writeFile(join(root, 'a.txt'), line.repeat((megabytes << 20) / line.length));
      await utimes(join(root, 'a.txt'), 1000, 1000);
    },
    start: (workspace) => runEnd(workspace, readAndSplit),
  };
}

/** Ten variants, each of which writes some megabytes: long numbers, with another suffix each. */
export function experimentWork(root: string, megabytes: number): DiskWork {
  let round = 0;
  const graph = (): Graph => {
    const lines = Array.from({ length: 200 }, (_, at) =>
      String(round * 1000 + at).padStart(megabytes * 5_000, '0'),
    );
    return parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: {
          lines: { type: 'lines', version: 1, params: { text: lines.join('\n') } },
          upper: { type: 'upper', version: 1 },
          wait: { type: 'slow', version: 1, params: { ms: 100 } },
          grade: { type: 'grade', version: 1 },
        },
        edges: [
          'lines.rows -> upper.rows',
          'upper.rows -> wait.value',
          'wait.value -> grade.value',
        ],
        experiments: {
          e: {
            metrics: ['grade.metrics:score'],
            vary: { 'upper.suffix': Array.from({ length: 9 }, (_, at) => `.${'0'.repeat(at)}`) },
          },
        },
      }),
    );
  };
  return {
    ...{ name: 'experiment', root, takes: 3_000 },
    prepare(next) {
      round = next;
      return Promise.resolve();
    },
    start(workspace) {
      const never = new AbortController().signal;
      return endOf(
        () => workspace.experiments.start(graph(), experimentFile, { name: 'e' }),
        (runId) => workspace.experiments.events(runId, 0, never),
      );
    },
  };
}

/** Unpacks a package of a run that has made some megabytes; `open` opens the workspace that it is packed in. */
export async function unpackWork(
  root: string,
  {
    archive,
    megabytes,
    open,
  }: {
    readonly archive: string;
    readonly megabytes: number;
    readonly open: (root: string) => Promise<Workspace>;
  },
): Promise<DiskWork> {
  const [from, to] = [join(root, 'from'), join(root, 'to')];
  await mkdir(from);
  await mkdir(to);
  const work = runWork(from, megabytes);
  await work.prepare(0);
  {
    await using workspace = await open(from);
    await workspace.graphs.save('test.graft.json', serializeGraph(readAndSplit), null);
    expect((await work.start(workspace)).status).toBe('succeeded');
    await workspace.packages.pack('test.graft.json', { data: true, artifacts: true }, archive);
  }
  return {
    ...{ name: 'unpack', root: to, takes: 1_000 },
    prepare: () => Promise.resolve(),
    async start(workspace) {
      try {
        await workspace.packages.unpack(archive, 'test.graft.zip');
        return { status: 'succeeded' };
      } catch (error) {
        return failedBy(error);
      }
    },
  };
}

/** Trains a small adapter with a checkpoint every few steps. Needs the real node types and a base model. */
export function trainingWork(root: string, registry: Registry): DiskWork {
  let seed = 0;
  const graph = (): Graph => {
    const nodes: Readonly<Record<string, readonly [type: string, params?: object]>> = {
      base: ['base-model'],
      start: [
        'random-model',
        { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128, seed },
      ],
      rows: ['load-dataset', { files: ['rows.jsonl'], evalShare: 0 }],
      lora: ['train-lora', { maxLength: 128, batch: 2, epochs: 8, rank: 4, checkpointEvery: 3 }],
    };
    const written = Object.entries(nodes).map(([id, [type, params = {}]]) => [
      id,
      { type, version: registry.get(type)?.version ?? 1, params },
    ]);
    return parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: Object.fromEntries(written),
        edges: [
          'base.model -> start.like',
          'start.model -> lora.model',
          'rows.dataset -> lora.dataset',
        ],
      }),
    );
  };
  return {
    ...{ name: 'training', root, takes: 15_000 },
    async prepare(round) {
      seed = Math.round(2 * round);
      const rows = Array.from({ length: 12 }, (_, at) =>
        JSON.stringify({ instruction: `What is number ${String(at)}?`, output: 'It is odd.' }),
      );
      await writeFile(join(root, 'rows.jsonl'), `${rows.join('\n')}\n`);
      await utimes(join(root, 'rows.jsonl'), 1000, 1000);
    },
    start: (workspace) => runEnd(workspace, graph()),
  };
}
