import { homedir } from 'node:os';
import path from 'node:path';
import { defaultModelsFolder } from '@graft/backends/catalogue';

/** The environment that what is measured runs in. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** The models that the benchmarks share with every workspace of this user. */
export const modelsFolder = defaultModelsFolder(process.env);

/** A Python with torch, transformers and peft from their ordinary wheels. */
export const peerPython =
  process.env['GRAFT_BENCH_PYTHON'] ??
  path.join(homedir(), '.cache', 'graft-bench-lora', 'bin', 'python');

/** A folder that keeps the workspaces of `which-way`, so that one that was stopped goes on; default: none is kept. */
export const whichWayFolder = process.env['GRAFT_WHICH_WAY'];

/** Lets graphs that are run from here read a site of this machine. */
export function allowSite(origin: string): void {
  process.env['GRAFT_PRIVATE_SITES'] = origin;
}
