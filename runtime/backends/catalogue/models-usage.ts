import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder takes of the disk: what has several names counts once, and holes do not count. */
export async function diskUsage(folder: string): Promise<number> {
  const counted = new Set<bigint>();
  let bytes = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await lstat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined || (found.nlink > 1n && counted.has(found.ino))) continue;
    counted.add(found.ino);
    const size = Number(found.size);
    // A file with holes has fewer blocks than bytes; Windows does not count them.
    bytes += found.blocks > 0n ? Math.min(size, Number(found.blocks) * 512) : size;
  }
  return bytes;
}
