import path from 'node:path';
import { trainerEnvironment } from '@graft/training/service';
import { z } from 'zod';
import { environment, peerPython } from '../env.ts';
import { ask } from '../report/measured-process.ts';

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
  /** Fed in all, padding left out; over real rows alone. */
  tokens: z.number().optional(),
  version: z.string().optional(),
});
export type Measured = z.infer<typeof measuredSchema>;

export async function measureOurs(request: StepRequest & { model: string }): Promise<Measured> {
  return measuredSchema.parse(await askOurs('ours.ts', request));
}

/** Over rows that are in a file, so many at once. */
export interface RowsRequest {
  readonly rows: string;
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
}

export async function measureOurRows(request: RowsRequest & { model: string }): Promise<Measured> {
  return measuredSchema.parse(await askOurs('ours-rows.ts', request));
}

export interface PeerSettings {
  readonly attention: 'sdpa' | 'eager';
  /** OpenMP's OMP_WAIT_POLICY. */
  readonly waiting: 'active' | 'passive';
  /** In the environment that our trainer has, which asks for huge pages. */
  readonly hugePages: boolean;
}

export async function measurePeer(
  request: (StepRequest | RowsRequest) & PeerSettings,
): Promise<Measured> {
  const file = path.join(import.meta.dirname, 'peer.py');
  const env = request.hugePages ? trainerEnvironment(environment) : environment;
  return measuredSchema.parse(await ask(peerPython, ['-W', 'ignore', file], { request, env }));
}

/** Operations a second, of wall time. */
export async function measureGemm(request: {
  readonly model: string;
  readonly places: number;
  readonly threads: number;
}): Promise<number> {
  const schema = z.object({ wall: z.number() });
  return schema.parse(await askOurs('gemm-rate.ts', request)).wall;
}

/** Runs a program of this folder as a trainer process is run. */
async function askOurs(name: string, request: object): Promise<unknown> {
  const args = ['--import', 'tsx', path.join(import.meta.dirname, name)];
  return ask(process.execPath, args, { request, env: trainerEnvironment(environment) });
}
