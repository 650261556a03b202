import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { GraphError, type EngineName } from '@graft/graph';
import { OpenedOnce } from '@graft/kit';
import type { ModelMachine } from '../catalogue/fitting-models.ts';
import { llamaDevice, onnxDevice } from '../residency/model-request.ts';
import { probeDevices } from './devices.ts';
import { modelMachine } from './model-machine.ts';
import { probeLlamaChoice, type LlamaChoice } from './llama-probe.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { bootId } from '../catalogue/boot-id.ts';
import { environment } from '../env.ts';
import { backendVersions } from '../versions.ts';

/** Linux device files of compute devices: kernel drivers, NVIDIA, AMD, and Windows (WSL). */
const deviceFiles = [/^nvidia\d+$/, /^nvidiactl$/, /^kfd$/, /^dxg$/];
/** Environment variables that select devices for drivers and engines. */
const telling = /^(CUDA|NVIDIA|HIP|ROCR|VK|GGML|MESA|DAWN|ONNX)_|^NODE_LLAMA_CPP/;

/** The files that open a Linux machine's GPUs; empty: it has no hardware GPU. */
function gpuFiles(): readonly string[] {
  const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const render = names('/dev/dri').filter((name) => name.startsWith('renderD'));
  const others = names('/dev').filter((name) => deviceFiles.some((known) => known.test(name)));
  return [...render.map((name) => join('dri', name)), ...others].sort();
}

/** Changes whenever the available devices may: hardware, drivers, engines, environment, and a restart. */
function machineStamp(): string {
  const driver = '/proc/driver/nvidia/version';
  return JSON.stringify({
    boot: bootId(),
    machine: `${process.platform} ${process.arch}`,
    engines: backendVersions,
    files: gpuFiles(),
    driver: existsSync(driver) ? readFileSync(driver, 'utf8') : '',
    environment: Object.entries(environment)
      .filter(([name]) => telling.test(name))
      .sort(),
  });
}

/** Spelling of a device request. */
const known = /^(auto|cpu|webgpu|metal|tensorflow|(cuda|vulkan)(:\d+)?)$/;

const rememberedSchema = z.object({
  version: z.literal(1),
  stamp: z.string(),
  /** What llama.cpp chooses by default. */
  llama: z.string().optional(),
  /** Its GPU; earlier versions remembered none. */
  gpu: z.object({ name: z.string(), memory: z.number() }).optional(),
  /** Every device of the machine. */
  devices: z.array(z.string()).optional(),
});
type Remembered = z.infer<typeof rememberedSchema>;

export interface DirectoryOptions {
  /** Folder of cached answers, so that the next process need not ask. */
  readonly file: string;
  /** For tests. */
  readonly probe?: DeviceProbe;
}
export interface DeviceProbe {
  /** Identifies the state of the machine. */
  stamp(): string;
  llama(): Promise<LlamaChoice>;
  devices(): Promise<readonly string[]>;
}

/** The device that llama.cpp uses by default. Without a hardware GPU there is nothing to choose, so nobody waits. */
export function llamaChoice(): Promise<LlamaChoice> {
  return process.platform === 'linux' && gpuFiles().length === 0
    ? Promise.resolve({ id: 'cpu' })
    : probeLlamaChoice();
}

const machine: DeviceProbe = {
  stamp: machineStamp,
  llama: llamaChoice,
  devices: async () => (await probeDevices()).devices.map(({ id }) => id),
};

/**
 * Resolves a requested device, or `auto`, for an engine: keys need it before anything is loaded. Asks the machine once
 * and remembers the answer on disk until hardware, drivers or engines change.
 */
export class DeviceDirectory {
  readonly #file: string;
  readonly #probe: DeviceProbe;
  #remembered: Promise<Remembered> | undefined;
  readonly #llama = new OpenedOnce(() =>
    this.#ask(
      ({ llama: id, gpu }): LlamaChoice | undefined => {
        if (id === undefined || id === 'cpu') return id && { id };
        return gpu && { id, gpu };
      },
      async () => {
        const { id, gpu } = await this.#probe.llama();
        return { llama: id, ...(gpu === undefined ? {} : { gpu }) };
      },
    ),
  );
  readonly #devices = new OpenedOnce<readonly string[]>(() =>
    this.#ask(
      ({ devices }) => devices,
      async () => ({ devices: [...(await this.#probe.devices())] }),
    ),
  );

  constructor({ file, probe = machine }: DirectoryOptions) {
    this.#file = file;
    this.#probe = probe;
  }

  /** What the machine has for language models, where nobody names a device. */
  async modelMachine(): Promise<ModelMachine> {
    return modelMachine(await this.#llama.get());
  }

  /**
   * A real device's id; `auto` is the CPU, except for llama.cpp, which prefers a hardware GPU. TensorFlow.js only trains;
   * for other engines `tensorflow` is `auto`.
   */
  async deviceOf(engine: EngineName | undefined, wanted: string): Promise<string> {
    switch (engine) {
      case undefined:
      case 'lance':
      case 'remote':
        return 'cpu';
      case 'onnxruntime':
        return wanted === 'auto' || onnxDevice(wanted) === 'cpu' ? 'cpu' : wanted;
      case 'training':
        return wanted === 'auto' ? 'cpu' : wanted;
      case 'llama.cpp': {
        if (wanted === 'auto' || wanted === 'tensorflow') return (await this.#llama.get()).id;
        if (wanted !== 'webgpu') return wanted;
        return llamaDevice(wanted) === 'metal' ? 'metal' : 'vulkan:0';
      }
    }
  }

  /** Ids of the machine's devices. */
  devices(): Promise<readonly string[]> {
    return this.#devices.get();
  }

  /**
   * Throws `bad-param` for an invalid name, and `unavailable` for a device that neither the machine nor `elsewhere` has.
   */
  async require(
    wanted: string,
    elsewhere: () => Promise<readonly string[]> = () => Promise.resolve([]),
  ): Promise<void> {
    if (wanted === 'auto' || wanted === 'cpu' || wanted === 'tensorflow') return;
    if (!known.test(wanted)) {
      throw new GraphError(
        'bad-param',
        `"${wanted}" is not a device. Devices are auto, cpu, webgpu, cuda:0, vulkan:0, metal and, for training alone, tensorflow. \`graft doctor\` shows which this machine has.`,
      );
    }
    const devices = await this.#devices.get();
    const isWanted = (id: string): boolean => id === wanted || id === `${wanted}:0`;
    if (devices.some(isWanted) || (await elsewhere()).some(isWanted)) return;
    throw new GraphError(
      'unavailable',
      `This machine has no device ${wanted}. Choose one of ${devices.join(', ')}. \`graft doctor\` shows what the others lack.`,
      { audience: 'operator' },
    );
  }

  /** The remembered answer, else the machine's, which is then remembered. */
  async #ask<Answer>(
    remembered: (all: Remembered) => Answer | undefined,
    probe: () => Promise<Partial<Remembered>>,
  ): Promise<Answer> {
    const all = await (this.#remembered ??= this.#read());
    const answer = remembered(all);
    if (answer !== undefined) return answer;
    Object.assign(all, await probe());
    // If it cannot be stored, the next process asks again.
    await this.#write(all).catch(() => undefined);
    const found = remembered(all);
    if (found === undefined) throw new GraphError('internal', 'A probe found out nothing.');
    return found;
  }

  async #read(): Promise<Remembered> {
    const stamp = this.#probe.stamp();
    const none: Remembered = { version: 1, stamp };
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (text === undefined) return none;
    try {
      const found = rememberedSchema.parse(JSON.parse(text));
      return found.stamp === stamp ? found : none;
    } catch {
      return none;
    }
  }

  async #write(remembered: Remembered): Promise<void> {
    const draft = `${this.#file}.${randomUUID()}`;
    await mkdir(dirname(this.#file), { recursive: true });
    await writeFile(draft, JSON.stringify(remembered));
    await rename(draft, this.#file);
  }
}
