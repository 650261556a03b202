import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId } from '../catalogue/boot-id.ts';
import { environment } from '../env.ts';
import { backendVersions } from '../versions.ts';

/** Where Linux shows devices that compute: of the kernel's own drivers, NVIDIA's, AMD's, and Windows' below it. */
const deviceFiles = [/^nvidia\d+$/, /^nvidiactl$/, /^kfd$/, /^dxg$/];
/** What tells drivers and engines which devices to see. */
const telling = /^(CUDA|NVIDIA|HIP|ROCR|VK|GGML|MESA|DAWN|ONNX)_|^NODE_LLAMA_CPP/;

/** The files by which a Linux machine's GPUs are opened; empty: it has none that is hardware. */
export function gpuFiles(): readonly string[] {
  const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const render = names('/dev/dri').filter((name) => name.startsWith('renderD'));
  const others = names('/dev').filter((name) => deviceFiles.some((known) => known.test(name)));
  return [...render.map((name) => join('dri', name)), ...others].sort();
}

/** Changes with what decides which devices there are: hardware, drivers, engines, environment, and a restart. */
export function machineStamp(): string {
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
