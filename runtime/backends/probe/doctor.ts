import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createCatalogue, fitOfModels } from '../catalogue/index.ts';
import { runCommand } from '../catalogue/run-command.ts';
import { hasUsableModel } from '../catalogue/suggested-model.ts';
import { llamaChoice } from './device-directory.ts';
import { probeDevices, type DeviceReport } from './devices.ts';
import { modelMachine } from './model-machine.ts';
import type { ProbeResult } from './onnx-probe.ts';
import { probeProcess } from './probe-process.ts';

/** A requirement or option of Graft. */
export interface DoctorCheck {
  /** Stable: `onnx-webgpu`, `model:all-MiniLM-L6-v2`. */
  readonly id: string;
  readonly title: string;
  readonly status: ProbeResult['status'];
  /** Whether nothing works without it. */
  readonly required: boolean;
  /** What was found, or the consequence of its absence. */
  readonly detail: string;
  /** How to get it; absent if it is present. */
  readonly remedy?: string;
}

export interface DoctorReport {
  readonly checks: readonly DoctorCheck[];
  readonly devices: DeviceReport['devices'];
  /** Whether everything required is present. */
  readonly healthy: boolean;
}

/** Below this, the default models and a first graph do not fit. */
const neededBytes = 1_000_000_000;

/** Inspects the machine: engines, devices, models and the clients that fetch them. */
export async function doctor(options: { readonly modelsFolder: string }): Promise<DoctorReport> {
  const { devices, onnx, llama, cores } = await probeDevices();
  const cpu = devices[0];
  const checks: DoctorCheck[] = [
    {
      id: 'cpu',
      title: 'CPU',
      status: 'ok',
      required: true,
      detail: `${cpu?.name ?? ''}, ${cores} cores, ${gigabytes(cpu?.memory ?? 0)} of memory`,
    },
    nodeVersion(),
    check(
      { id: 'onnx-cpu', title: 'Embedding on the CPU (onnxruntime)', required: true },
      onnx.cpu,
    ),
    check(
      { id: 'onnx-webgpu', title: 'Embedding on a GPU (WebGPU)', required: false },
      onnx.webgpu,
    ),
    check(
      { id: 'onnx-cuda', title: 'Embedding on an NVIDIA GPU (CUDA)', required: false },
      onnx.cuda,
    ),
    ...Object.entries(llama).map(([backend, result]) =>
      check(
        {
          id: `llama-${backend}`,
          title: `Writing on ${backend} (llama.cpp)`,
          required: backend === 'cpu',
        },
        result,
      ),
    ),
    check(
      { id: 'tensorflow', title: 'Training in plain JavaScript (TensorFlow.js)', required: false },
      await probeTensorflow(),
    ),
    check(
      { id: 'lancedb', title: 'Index and search (LanceDB)', required: true },
      await probeLance(),
    ),
    check(
      { id: 'models-folder', title: 'Models folder', required: true },
      await probeFolder(options.modelsFolder),
    ),
    ...(await modelChecks(options.modelsFolder)),
    check(
      { id: 'npm', title: 'npm, a source of models', required: false },
      await probeCommand('npm', ['--version']),
    ),
    check(
      { id: 'pip', title: 'Python with pip, a source of models', required: false },
      await probeCommand('python3', ['-m', 'pip', '--version']),
    ),
  ];
  const healthy = checks.every(({ required, status }) => !required || status === 'ok');
  return { checks, devices, healthy };
}

function check(
  about: Pick<DoctorCheck, 'id' | 'title' | 'required'>,
  { status, detail }: ProbeResult,
): DoctorCheck {
  const remedy = status === 'ok' ? undefined : remedies(process.platform)[about.id];
  return { ...about, status, detail, ...(remedy === undefined ? {} : { remedy }) };
}

function nodeVersion(): DoctorCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 ? minor >= 19 : major > 20) && major < 25;
  return check(
    { id: 'node', title: 'Node', required: true },
    {
      status: fits ? 'ok' : 'broken',
      detail: `Node ${process.versions.node}`,
    },
  );
}

async function probeLance(): Promise<ProbeResult> {
  const outcome = await probeProcess(`
    const { default: lancedb } = await import('@lancedb/lancedb');
    if (typeof lancedb.connect !== 'function') throw new Error('its library is incomplete');
    return true;
  `);
  if (outcome.ended === 'well') return { status: 'ok', detail: 'it loads' };
  return { status: 'broken', detail: outcome.reason };
}

async function probeTensorflow(): Promise<ProbeResult> {
  const outcome = await probeProcess(`
    await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    return true;
  `);
  const detail = 'device tensorflow: it loads; one thread, many times slower than onnxruntime';
  return outcome.ended === 'well'
    ? { status: 'ok', detail }
    : { status: 'broken', detail: outcome.reason };
}

async function probeFolder(folder: string): Promise<ProbeResult> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return {
      status: free < neededBytes ? 'broken' : 'ok',
      detail: `${folder}, ${gigabytes(free)} free`,
    };
  } catch (error) {
    return { status: 'broken', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The first model of each kind, the default of graphs, and the language model that suits the machine. */
async function modelChecks(modelsFolder: string): Promise<DoctorCheck[]> {
  const kinds = new Set<string>();
  const checks: DoctorCheck[] = [];
  const catalogue = createCatalogue({ modelsFolder });
  const listed = await catalogue.list();
  for (const { entry, installed, facts } of listed) {
    if (kinds.has(entry.kind)) continue;
    kinds.add(entry.kind);
    checks.push({
      id: `model:${entry.id}`,
      title: `${entry.title} (${entry.kind})`,
      required: false,
      status: installed ? 'ok' : 'missing',
      detail: installed ? 'downloaded' : 'downloaded when a graph first needs it',
      ...(installed
        ? {}
        : { remedy: `graft models pull ${entry.id}   (${Math.ceil(facts.size / 1e6)} MB)` }),
    });
  }
  const fits = fitOfModels(catalogue.selection, await modelMachine(await llamaChoice()));
  const best = fits.find((fit) => fit.best === true);
  if (best === undefined || hasUsableModel(listed)) return checks;
  const { id, title, size } = best.model;
  const remedy = `graft models pull ${id}   (${Math.ceil(size / 1e6)} MB)`;
  return [
    ...checks,
    {
      ...{ id: 'suited-model', title: 'A model that suits this computer', required: false },
      ...{ status: 'missing', detail: `${title}, for ${best.reason.replace(/\.$/, '')}`, remedy },
    },
  ];
}

async function probeCommand(command: string, args: readonly string[]): Promise<ProbeResult> {
  try {
    await runCommand(command, args, { cwd: '.', signal: AbortSignal.timeout(20_000) });
    return { status: 'ok', detail: 'installed' };
  } catch (error) {
    return { status: 'missing', detail: error instanceof Error ? error.message : String(error) };
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** How to get what a check did not find, by check id. */
function remedies(platform: NodeJS.Platform): Readonly<Record<string, string>> {
  const vulkan =
    platform === 'linux'
      ? 'Install your GPU’s Vulkan driver: mesa-vulkan-drivers for AMD and Intel (Mesa 23 or newer), ' +
        'NVIDIA’s driver for NVIDIA. Inside a container, pass the GPU through'
      : 'Install the newest driver of your GPU';
  const reinstall =
    'Run npm install again in Graft’s folder; the package’s prebuilt library is missing';
  return {
    node: 'Install Node 20.19 or newer, below 25',
    'onnx-cpu': reinstall,
    'onnx-webgpu': platform === 'darwin' ? reinstall : `${vulkan}. Graphs use the CPU until then`,
    'onnx-cuda':
      'For an NVIDIA GPU on 64-bit Linux: install CUDA 12 and cuDNN 9, then run the script that fetches ' +
      'the provider: node node_modules/onnxruntime-node/script/install.js',
    'llama-cpu': reinstall,
    'llama-vulkan': `${vulkan}. Graphs use the CPU until then`,
    'llama-cuda':
      'Install NVIDIA’s driver and the CUDA 12 or 13 runtime; the library for it comes with npm install',
    'llama-metal': 'Metal needs a Mac with Apple silicon or a supported GPU',
    tensorflow: reinstall,
    lancedb: reinstall,
    'models-folder':
      'Free at least 1 GB there, make it writable, or set GRAFT_MODELS to another folder',
    npm: 'npm comes with Node; without it, models come only from the hub',
    pip: 'Install python3 and python3-pip; without them, models come only from the hub or npm',
  };
}
