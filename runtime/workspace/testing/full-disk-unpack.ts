import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { openWorkspace } from '../workspace.ts';
import { entriesOf } from './killed-unpack.ts';
import { file, graphText, type PackageBench } from './test-packages.ts';

/**
 * Unpacks 8 MB in twelve files on a small disk that fills up after so many milliseconds each, then once more with room. Gives
 * what each of the first tries left and said; undefined where nothing may be mounted.
 */
export async function fillWhileUnpacking(
  bench: PackageBench,
  moments: readonly number[],
): Promise<readonly { readonly entries: number; readonly code: string }[] | undefined> {
  const disk = mountSmallDisk(48);
  if (disk === undefined) return undefined;
  try {
    const anna = await bench.workspace('anna');
    await writeFile(join(anna.root, file), graphText);
    for (let at = 0; at < 12; at += 1) {
      await writeFile(join(anna.root, `${String(at)}.txt`), randomBytes(350_000).toString('hex'));
    }
    await anna.packages.pack(file, { data: true }, bench.archive);
    const outcomes: { readonly entries: number; readonly code: string }[] = [];
    for (const moment of moments) {
      const root = join(disk.folder, 'ben');
      await mkdir(root);
      {
        await using ben = await openWorkspace({ root, modelsFolder: join(bench.folder, 'models') });
        const unpacked = ben.packages.unpack(bench.archive, 'x').then(
          () => 'unpacked',
          (error: unknown) => GraphError.from(error).code,
        );
        await Promise.race([wait(moment), unpacked]);
        disk.fill();
        const code = await unpacked;
        outcomes.push({ entries: entriesOf(root).length, code });
        disk.empty();
        await ben.packages.unpack(bench.archive, 'x');
        if (entriesOf(root).length !== 13)
          throw new Error('The second try did not bring all files.');
      }
      // The workspace is closed: nothing writes there any more.
      await rm(root, { recursive: true });
    }
    return outcomes;
  } finally {
    disk.unmount();
  }
}
