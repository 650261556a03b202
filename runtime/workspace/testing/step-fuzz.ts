import { readFile } from 'node:fs/promises';
import { GraphError, type StepRequest } from '@graft/graph';
import { mutate, seeded } from '@graft/nodes/testing';
import type { WorkerSupervisor } from '../workers/supervisor.ts';

/** Milliseconds of processor time that no file may take, and after which a step is given up. */
const [longest, patience] = [2_000, 20_000];
/** Bytes that the worker may hold. */
const mostMemory = 2_000_000_000;
/** Files after which the whole one is used again: the worker must still serve, and its time is counted afresh. */
const round = 50;

export interface StepFuzz {
  readonly supervisor: WorkerSupervisor;
  /** Files that are changed, one after the other. */
  readonly seeds: readonly Buffer[];
  /** Numbers of the files: equal ones give equal bytes. */
  readonly from: number;
  readonly count: number;
  /** Brings the file where the step finds it, as a user would; what it refuses is used all the same, where it can be. */
  prepare(bytes: Buffer, at: number): Promise<StepRequest | undefined>;
  /** A step over files as they were. */
  whole(): Promise<StepRequest>;
}

export interface StepFuzzReport {
  readonly files: number;
  /** Steps that came through. */
  readonly used: number;
  /** Refused ones by the code of the error. */
  readonly refused: Readonly<Record<string, number>>;
  /** Of files whose step died with its process, and how. */
  readonly crashes: readonly string[];
  readonly slowestMs: number;
  readonly mostMb: number;
  /** What must not happen. */
  readonly faults: readonly string[];
}

/** Uses changed files in a worker process that is supervised as a server's are. */
export async function fuzzSteps(options: StepFuzz): Promise<StepFuzzReport> {
  const { supervisor, seeds, from, count } = options;
  const refused: Record<string, number> = {};
  const [faults, crashes]: [string[], string[]] = [[], []];
  let [used, slowest, most] = [0, 0, 0];

  const execute = async (request: StepRequest): Promise<void> => {
    const signal = AbortSignal.timeout(patience);
    await supervisor.execute(request, { signal, report: () => undefined });
  };
  const useWhole = async (): Promise<void> => {
    await execute(await options.whole()).catch((error: unknown) => {
      faults.push(`the whole file: ${String(error)}`);
    });
  };
  const take = async (at: number): Promise<void> => {
    const bytes = mutate(seeds[at % seeds.length] ?? Buffer.alloc(0), seeded(at));
    const request = await options.prepare(bytes, at);
    if (request === undefined) return;
    await execute(request);
    used += 1;
  };

  for (let at = from; at < from + count; at += 1) {
    if ((at - from) % round === 0 || supervisor.pids.models.length === 0) await useWhole();
    const before = await usage(supervisor.pids.models[0]);
    try {
      await take(at);
    } catch (error) {
      const code = error instanceof GraphError ? error.code : 'internal';
      refused[code] = (refused[code] ?? 0) + 1;
      const said = `file ${String(at)}: ${code}: ${error instanceof Error ? error.message : String(error)}`;
      if (code === 'worker-died') crashes.push(said);
      else if (code === 'internal' || code === 'cancelled') faults.push(said);
    }
    const after = await usage(supervisor.pids.models[0]);
    if (after === undefined || before?.pid !== after.pid) continue;
    const took = after.ms - before.ms;
    if (took > longest) faults.push(`file ${String(at)} took ${took.toFixed(0)} ms`);
    slowest = Math.max(slowest, took);
    most = Math.max(most, after.bytes);
  }
  await useWhole();
  if (most > mostMemory) faults.push(`the worker held ${String(most)} bytes`);
  return {
    ...{ files: count, used, refused, crashes },
    ...{ slowestMs: Math.round(slowest), mostMb: Math.round(most / 1e6), faults },
  };
}

interface Usage {
  readonly pid: number;
  /** Of all its threads. */
  readonly ms: number;
  readonly bytes: number;
}

/** What a process has taken, where the system tells it (Linux): ticks are of 10 ms, pages of 4 KiB. */
async function usage(pid: number | undefined): Promise<Usage | undefined> {
  if (pid === undefined) return undefined;
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  const fields = stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (fields === undefined) return undefined;
  // utime, stime and rss: fields 14, 15 and 24, counted from 1; the first that is left here is 3.
  const [user = 0, system = 0, pages = 0] = [fields[11], fields[12], fields[21]];
  return { pid, ms: (user + system) * 10, bytes: pages * 4096 };
}
