import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';

/** Bytes that this process can still allocate without displacing anything: of the machine, or of its container. */
export async function availableMemory(): Promise<number> {
  const machine = freemem();
  const limit = containerMemory();
  if (limit === undefined) return machine;
  // The container's figure includes the file cache, which the kernel frees on demand.
  const [used, stat] = await Promise.all([
    readFile('/sys/fs/cgroup/memory.current', 'utf8').catch(() => ''),
    readFile('/sys/fs/cgroup/memory.stat', 'utf8').catch(() => ''),
  ]);
  const cached = Number(/^file (\d+)$/m.exec(stat)?.[1] ?? 0);
  const taken = used === '' ? process.memoryUsage.rss() : Number(used) - cached;
  return Math.min(machine, Math.max(0, limit - taken));
}

/** Memory of the machine, or of its container. */
export function machineMemory(): number {
  return Math.min(totalmem(), containerMemory() ?? Infinity);
}

function containerMemory(): number | undefined {
  // Without a limit the kernel reports one far beyond any machine; on some platforms it is 0.
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit : undefined;
}
