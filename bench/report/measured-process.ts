import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessReport {
  /** Wall time of the whole command, milliseconds. */
  readonly ms: number;
  /** Peak resident bytes of the command and of each process below it, by pid. Linux only; else empty. */
  readonly peaks: readonly { readonly pid: number; readonly bytes: number }[];
  /** Processor time of all of these, milliseconds, but for what a process took after the last look at it. Linux only; else 0. */
  readonly cpu: number;
  readonly stdout: string;
  readonly code: number | null;
}

/** Milliseconds between two looks at the processes; a peak itself is kept by the kernel (VmHWM). */
const lookEvery = 250;

/** Runs a command to its end, in this environment, and reports its time and the peak memory of its processes. */
export async function runMeasured(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<ProcessReport> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const peaks = new Map<number, number>();
  const times = new Map<number, number>();
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const look = async (): Promise<void> => {
    if (child.pid === undefined) return;
    for (const pid of await treeOf(child.pid)) {
      const bytes = await peakOf(pid);
      if (bytes > (peaks.get(pid) ?? 0)) peaks.set(pid, bytes);
      times.set(pid, Math.max(times.get(pid) ?? 0, await timeOf(pid)));
    }
  };
  const timer = setInterval(() => void look(), lookEvery);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  return {
    ms: performance.now() - startedAt,
    peaks: [...peaks].map(([pid, bytes]) => ({ pid, bytes })),
    cpu: [...times.values()].reduce((sum, ms) => sum + ms, 0),
    stdout: Buffer.concat(chunks).toString('utf8'),
    code,
  };
}

/** A process and all below it. Looks at no other: a look at a whole machine costs as much as a training thread. */
export async function treeOf(root: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${String(root)}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) =>
      readFile(`/proc/${String(root)}/task/${task}/children`, 'utf8').catch(() => ''),
    ),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  const below = await Promise.all(children.map(treeOf));
  return [root, ...below.flat()];
}

/** Peak resident bytes of a process so far, pages of mapped files included. */
export function peakOf(pid: number): Promise<number> {
  return statusOf(pid, 'VmHWM');
}

/** Resident bytes of a process now. */
export function currentOf(pid: number): Promise<number> {
  return statusOf(pid, 'VmRSS');
}

async function statusOf(pid: number, key: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

/** Milliseconds of processor time that a process has taken so far; the kernel counts in hundredths of a second. */
async function timeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  // After the name, which may hold spaces: the 12th and 13th are of the process itself and of the kernel for it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

/** Runs a program that takes its request as JSON and prints one JSON object last. */
export async function ask(
  command: string,
  args: readonly string[],
  { request, env }: { readonly request: object; readonly env: NodeJS.ProcessEnv },
): Promise<unknown> {
  const { stdout, code } = await runMeasured(command, [...args, JSON.stringify(request)], env);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
