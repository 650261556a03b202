import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { doctor } from './doctor.ts';
import { probeProcess } from './probe-process.ts';

it('tells what is there, and how to get what is not', async () => {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'graft-doctor-'));
  const { checks, devices, healthy } = await doctor({ modelsFolder });
  await rm(modelsFolder, { recursive: true });
  const byId = new Map(checks.map((check) => [check.id, check]));
  for (const id of ['cpu', 'node', 'onnx-cpu', 'llama-cpu', 'lancedb', 'models-folder']) {
    expect(byId.get(id), id).toMatchObject({ status: 'ok', required: true });
  }
  expect(byId.get('model:all-MiniLM-L6-v2')).toMatchObject({ status: 'missing' });
  const suited = byId.get('suited-model');
  if (suited !== undefined) {
    expect(suited).toMatchObject({ status: 'missing', required: false });
    expect(suited.detail).toMatch(/^[^,]+, for \d+\.\d GB of /);
    expect(suited.remedy).toMatch(/^graft models pull hf:\S+ +\(\d+ MB\)$/);
  }
  for (const { id, status, detail, remedy } of checks) {
    expect(detail, id).not.toBe('');
    expect(remedy === undefined, id).toBe(status === 'ok');
  }
  expect(healthy).toBe(true);
  expect(devices[0]).toMatchObject({ id: 'cpu', software: false });
  expect(devices[0]?.memory).toBeLessThan(1e15);
});

it('survives drivers that end their process, or throw', async () => {
  expect(await probeProcess('process.abort()')).toMatchObject({ ended: 'badly' });
  expect(await probeProcess("throw new Error('no such driver')")).toEqual({
    ended: 'badly',
    reason: 'no such driver',
  });
  expect(await probeProcess('return { found: 1 }')).toEqual({
    ended: 'well',
    value: { found: 1 },
  });
});
