import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const config = await mkdtemp(join(tmpdir(), 'graft-device-'));
vi.stubEnv('XDG_CONFIG_HOME', config);
const { deviceOfRun, operatorChoices } = await import('../workers/operator-access.ts');
afterAll(() => rm(config, { recursive: true, force: true }));

const any = async (): Promise<void> => undefined;
const none = async (device: string): Promise<void> => {
  throw new Error(`This machine has no device ${device}.`);
};

it('is the one that the caller names, else the operator’s, else Graft’s choice', async () => {
  expect(await deviceOfRun(undefined, any)).toBe('auto');
  await operatorChoices.setDevice('tensorflow');
  expect(await deviceOfRun(undefined, any)).toBe('tensorflow');
  expect(await deviceOfRun('cpu', any)).toBe('cpu');
  await expect(deviceOfRun(undefined, none)).rejects.toThrow(
    /no device tensorflow\. GRAFT_DEVICE, in .*settings\.env or the environment, chooses it\./,
  );
  await expect(deviceOfRun('webgpu', none)).rejects.toThrow('This machine has no device webgpu.');
});
