import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceDirectory } from './device-directory.ts';

let folder: string;
let asked: string[];
let stamp: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-devices-'));
  asked = [];
  stamp = 'this machine';
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): DeviceDirectory =>
  new DeviceDirectory({
    file: join(folder, 'state', 'devices.json'),
    probe: {
      stamp: () => stamp,
      llama() {
        asked.push('llama');
        return Promise.resolve({ id: 'vulkan:0', gpu: { name: 'A card', memory: 8e9 } });
      },
      devices() {
        asked.push('devices');
        return Promise.resolve(['cpu', 'vulkan:0', 'webgpu']);
      },
    },
  });

describe('the device of an engine', () => {
  it('is a real one where it may be any', async () => {
    const devices = open();
    expect(await devices.deviceOf('onnxruntime', 'auto')).toBe('cpu');
    expect(await devices.deviceOf('training', 'auto')).toBe('cpu');
    expect(await devices.deviceOf('lance', 'cuda:0')).toBe('cpu');
    expect(await devices.deviceOf(undefined, 'cuda:0')).toBe('cpu');
    expect(await devices.deviceOf('llama.cpp', 'auto')).toBe('vulkan:0');
  });

  it('is one that it can use', async () => {
    const devices = open();
    expect(await devices.deviceOf('training', 'tensorflow')).toBe('tensorflow');
    expect(await devices.deviceOf('onnxruntime', 'tensorflow')).toBe('cpu');
    expect(await devices.deviceOf('onnxruntime', 'vulkan:0')).toBe('cpu');
    expect(await devices.deviceOf('onnxruntime', 'cuda:0')).toBe('cuda:0');
    expect(await devices.deviceOf('llama.cpp', 'webgpu')).toBe(
      process.platform === 'darwin' ? 'metal' : 'vulkan:0',
    );
    expect(asked).toEqual([]);
  });

  it('is asked again where the machine could not be asked', async () => {
    let failing = true;
    const probe = <Answer>(answer: Answer): Promise<Answer> =>
      failing ? Promise.reject(new Error('no memory for a process')) : Promise.resolve(answer);
    const devices = new DeviceDirectory({
      file: join(folder, 'devices.json'),
      probe: {
        stamp: () => stamp,
        llama: () => probe({ id: 'vulkan:0', gpu: { name: 'A card', memory: 8e9 } }),
        devices: () => probe(['cpu', 'vulkan:0']),
      },
    });
    await expect(devices.deviceOf('llama.cpp', 'auto')).rejects.toThrow('no memory');
    await expect(devices.require('vulkan:0')).rejects.toThrow('no memory');
    failing = false;
    expect(await devices.deviceOf('llama.cpp', 'auto')).toBe('vulkan:0');
    await devices.require('vulkan:0');
  });

  it('is asked of the machine once, also by the next process, until the machine is another', async () => {
    const first = open();
    await Promise.all([first.deviceOf('llama.cpp', 'auto'), first.deviceOf('llama.cpp', 'auto')]);
    await open().deviceOf('llama.cpp', 'auto');
    expect(asked).toEqual(['llama']);
    await open().require('webgpu');
    await open().deviceOf('llama.cpp', 'auto');
    expect(asked).toEqual(['llama', 'devices']);
    stamp = 'with a new driver';
    await open().deviceOf('llama.cpp', 'auto');
    expect(asked).toEqual(['llama', 'devices', 'llama']);
    await writeFile(join(folder, 'state', 'devices.json'), '{"version":');
    expect(await open().deviceOf('llama.cpp', 'auto')).toBe('vulkan:0');
    expect(JSON.parse(await readFile(join(folder, 'state', 'devices.json'), 'utf8'))).toMatchObject(
      { llama: 'vulkan:0' },
    );
  });
});

describe('a device that is asked for', () => {
  it('must be one', async () => {
    await expect(open().require('gpu')).rejects.toMatchObject({ code: 'bad-param' });
    await expect(open().require('cuda:x')).rejects.toMatchObject({ code: 'bad-param' });
    expect(asked).toEqual([]);
  });

  it('must be there', async () => {
    await open().require('vulkan');
    await open().require('tensorflow');
    await expect(open().require('cuda:0')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Choose one of cpu, vulkan:0, webgpu'),
    });
  });
});
