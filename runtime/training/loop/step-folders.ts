import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Checkpoints of a training are `step-N` folders below its folder; the folder of a step may contain several trainings.
 */
export function stepFolder(training: string, step: number): string {
  return path.join(training, `step-${String(step).padStart(8, '0')}`);
}

/** The steps with checkpoints of a training, ascending. */
export async function savedSteps(training: string): Promise<number[]> {
  return (await namesIn(training))
    .flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** The folders of trainings below a step's folder. */
export async function trainingFolders(root: string): Promise<string[]> {
  const names = await namesIn(root);
  return names.filter((name) => /^[0-9a-f]{16}$/.test(name)).map((name) => path.join(root, name));
}

/**
 * The newest step on disk of the most recent training; undefined if none saved a checkpoint. Reads only names: damage
 * shows on reading.
 */
export async function newestSavedStep(root: string): Promise<number | undefined> {
  let newest: { readonly step: number; readonly at: number } | undefined;
  for (const training of await trainingFolders(root)) {
    const step = (await savedSteps(training)).at(-1);
    // It may disappear at any time.
    const at = (await stat(training).catch(() => undefined))?.mtimeMs;
    if (step === undefined || at === undefined) continue;
    if (newest === undefined || at > newest.at) newest = { step, at };
  }
  return newest?.step;
}

/** Of a folder that may not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
