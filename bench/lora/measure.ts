import path from 'node:path';
import { z } from 'zod';
import { peerPython } from '../env.ts';
import { runMeasured } from '../report/peak-memory.ts';

/** Rows of a step, and tokens of a row. */
export interface Shape {
  readonly batch: number;
  readonly length: number;
}

interface StepRequest extends Shape {
  readonly steps: number;
  readonly threads: number;
}

const measuredSchema = z.object({
  milliseconds: z.array(z.number()),
  cpuMilliseconds: z.array(z.number()),
  peakBytes: z.number(),
  /** Operations that the step cannot do without; ours alone. */
  flops: z.number().optional(),
  /** What the training loop expects the program to take; ours alone. */
  estimatedBytes: z.number().optional(),
  version: z.string().optional(),
});
export type Measured = z.infer<typeof measuredSchema>;

export async function measureOurs(request: StepRequest & { model: string }): Promise<Measured> {
  return measuredSchema.parse(await ask(process.execPath, script('ours.ts'), request));
}

export interface PeerSettings {
  readonly attention: 'sdpa' | 'eager';
  /** OpenMP's OMP_WAIT_POLICY. */
  readonly waiting: 'active' | 'passive';
}

export async function measurePeer(request: StepRequest & PeerSettings): Promise<Measured> {
  const file = path.join(import.meta.dirname, 'peer.py');
  return measuredSchema.parse(await ask(peerPython, ['-W', 'ignore', file], request));
}

/** Operations a second, of wall time. */
export async function measureGemm(request: {
  readonly model: string;
  readonly places: number;
  readonly threads: number;
}): Promise<number> {
  const schema = z.object({ wall: z.number() });
  return schema.parse(await ask(process.execPath, script('gemm-rate.ts'), request)).wall;
}

function script(name: string): string[] {
  return ['--import', 'tsx', path.join(import.meta.dirname, name)];
}

/** Runs a program that prints one JSON object last. */
async function ask(command: string, args: readonly string[], request: object): Promise<unknown> {
  const { stdout, code } = await runMeasured(command, [...args, JSON.stringify(request)]);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
