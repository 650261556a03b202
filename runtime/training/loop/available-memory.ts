import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';

/** Bytes that this process may still take without anything being put out: of the machine, or of its container. */
export async function availableMemory(): Promise<number> {
  const machine = freemem();
  const limit = process.constrainedMemory();
  if (limit === undefined || limit <= 0 || limit >= Number.MAX_SAFE_INTEGER) return machine;
  // The container's figure counts cached files too, which the kernel gives up when memory is asked for.
  const [used, stat] = await Promise.all([
    readFile('/sys/fs/cgroup/memory.current', 'utf8').catch(() => ''),
    readFile('/sys/fs/cgroup/memory.stat', 'utf8').catch(() => ''),
  ]);
  const cached = Number(/^file (\d+)$/m.exec(stat)?.[1] ?? 0);
  const taken = used === '' ? process.memoryUsage.rss() : Number(used) - cached;
  return Math.min(machine, Math.max(0, limit - taken));
}
