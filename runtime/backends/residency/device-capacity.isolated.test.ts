import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCatalogue } from '../catalogue/catalogue.ts';
import { createBackends } from './backends.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-capacity-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A card whose driver's tool says that so much is free; without a number it fails. */
async function card(freeMebibytes?: number): Promise<void> {
  const tool = join(folder, 'nvidia-smi');
  const does = freeMebibytes === undefined ? 'exit 9' : `echo ${String(freeMebibytes)}`;
  await writeFile(tool, `#!/bin/sh\n${does}\n`);
  await chmod(tool, 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
}

it.skipIf(process.platform === 'win32')(
  'of a GPU is what its driver says is free, and no more is leased',
  async () => {
    await using backends = createBackends({
      catalogue: createCatalogue({ modelsFolder: folder }),
      device: 'cuda:0',
    });
    await card();
    (await backends.lease(2_000_000_000))[Symbol.dispose]();
    await card(1000);
    await expect(backends.lease(2_000_000_000)).rejects.toMatchObject({ code: 'out-of-memory' });
    using lease = await backends.lease(500_000_000);
    expect(lease.device.id).toBe('cuda:0');
    expect(backends.memory('cuda:0').capacity).toBeLessThanOrEqual(1000 * 1024 * 1024);
  },
);
