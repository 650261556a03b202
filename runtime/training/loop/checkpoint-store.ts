import { GraphError } from '@graft/graph';
import { replaceFile, syncPath } from '@graft/kit';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import type { AdamWState, Parameters } from '../optimizer/adamw.ts';
import { loopStateSchema, runShapesSchema, type LoopState, type RunShapes } from './loop-state.ts';
import type { RunDefinition } from './run-definition.ts';
import { namesIn, savedSteps, stepFolder, trainingFolders } from './step-folders.ts';

/** Checkpoints to keep: the newest, and one to fall back on. */
const kept = 2;

export interface Checkpoint {
  readonly state: LoopState;
  readonly shapes: RunShapes;
  readonly parameters: Parameters;
  readonly optimizer: AdamWState;
}

const fileSchema = z.object({
  version: z.literal(1),
  /** Limits of the names and numbers of all tensors. */
  tensors: z.string(),
  optimizerStep: z.number().int(),
  shapes: runShapesSchema,
  state: loopStateSchema,
});

type Log = (level: 'info' | 'warning', message: string) => void;

/**
 * Checkpoints of one training, in a folder that others may share: `<run>/step-N/` with `tensors.safetensors` and
 * `state.json`, `<run>/best-N.safetensors`, and `<run>/run.json`. A folder gets its name once all of it is on disk, so
 * that a crash or a full disk leaves the previous one intact.
 */
export class CheckpointStore {
  readonly #root: string;
  readonly #folder: string;
  readonly #run: RunDefinition;
  readonly #log: Log;

  constructor(root: string, run: RunDefinition, log: Log) {
    this.#root = root;
    this.#folder = path.join(root, run.digest.slice(0, 16));
    this.#run = run;
    this.#log = log;
  }

  /** Removes leftovers of an interrupted write, and reports if there are only checkpoints of other trainings. */
  async open(): Promise<void> {
    const others = await trainingFolders(this.#root);
    if (!others.includes(this.#folder)) {
      for (const other of others) await this.#reportOther(other);
    }
    try {
      await this.#prepare();
    } catch (error) {
      throw await this.#failed('the folder of checkpoints', error);
    }
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await namesIn(this.#folder)) {
      if (name.includes('.part')) {
        await rm(path.join(this.#folder, name), { recursive: true, force: true });
      }
    }
    const file = path.join(this.#folder, 'run.json');
    if (!(await namesIn(this.#folder)).includes('run.json')) {
      await replaceFile(file, JSON.stringify(this.#run.settings, null, 2));
    }
  }

  /** The newest readable checkpoint; undefined if there is none. */
  async load(): Promise<Checkpoint | undefined> {
    for (const step of (await this.#steps()).toReversed()) {
      try {
        return await this.#read(step);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#log('warning', `Graft cannot use the checkpoint of step ${step}: ${reason}`);
        await rm(this.#stepFolder(step), { recursive: true, force: true });
      }
    }
    return undefined;
  }

  /** Throws `no-space` if the disk is full. */
  async save({ state, shapes, parameters, optimizer }: Checkpoint): Promise<void> {
    const target = this.#stepFolder(state.step);
    const partial = `${target}.part-${process.pid}`;
    const tensors = [
      ...named('parameter', parameters),
      ...named('first', optimizer.first),
      ...named('second', optimizer.second),
    ];
    try {
      await mkdir(partial, { recursive: true });
      await writeSafetensors(path.join(partial, 'tensors.safetensors'), tensors, { metadata: {} });
      const file: z.infer<typeof fileSchema> = {
        version: 1,
        tensors: digestOf(tensors),
        optimizerStep: optimizer.step,
        shapes,
        state,
      };
      await replaceFile(path.join(partial, 'state.json'), JSON.stringify(file));
      await rm(target, { recursive: true, force: true });
      await rename(partial, target);
      await syncPath(this.#folder);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw await this.#failed(`the checkpoint of step ${state.step}`, error);
    }
    await this.#prune();
  }

  /** Saves the best parameters so far. */
  async saveBest(step: number, parameters: Parameters): Promise<void> {
    try {
      await writeSafetensors(this.#bestFile(step), named('parameter', parameters), {
        metadata: {},
      });
    } catch (error) {
      throw await this.#failed(`the best weights, of step ${step}`, error);
    }
  }

  async loadBest(step: number): Promise<Parameters> {
    return group(await readTensors(this.#bestFile(step)), 'parameter');
  }

  async #read(step: number): Promise<Checkpoint> {
    const folder = this.#stepFolder(step);
    const text = await readFile(path.join(folder, 'state.json'), 'utf8');
    const file = fileSchema.parse(JSON.parse(text));
    const tensors = await readTensors(path.join(folder, 'tensors.safetensors'));
    if (digestOf(tensors) !== file.tensors) throw new Error('its numbers are damaged');
    const { best } = file.state;
    if (best !== null) await readSafetensors(this.#bestFile(best.step));
    return {
      state: file.state,
      shapes: file.shapes,
      parameters: group(tensors, 'parameter'),
      optimizer: {
        step: file.optimizerStep,
        first: group(tensors, 'first'),
        second: group(tensors, 'second'),
      },
    };
  }

  /** Deletes old checkpoints, and best parameters that no remaining checkpoint refers to. */
  async #prune(): Promise<void> {
    const steps = await this.#steps();
    const old = steps.slice(0, -kept);
    for (const step of old) await rm(this.#stepFolder(step), { recursive: true, force: true });
    const used = new Set<string>();
    for (const step of steps.slice(-kept)) {
      const state = path.join(this.#stepFolder(step), 'state.json');
      const text = await readFile(state, 'utf8').catch(() => '');
      const best = fileSchema.safeParse(parseJson(text)).data?.state.best;
      if (best !== undefined && best !== null) used.add(path.basename(this.#bestFile(best.step)));
    }
    for (const name of await namesIn(this.#folder)) {
      if (name.startsWith('best-') && !used.has(name)) await rm(path.join(this.#folder, name));
    }
  }

  async #reportOther(folder: string): Promise<void> {
    const text = await readFile(path.join(folder, 'run.json'), 'utf8').catch(() => '{}');
    const settings = z.record(z.string(), z.string()).catch({}).parse(parseJson(text));
    const keys = new Set([...Object.keys(settings), ...Object.keys(this.#run.settings)]);
    const differing = [...keys].filter((key) => settings[key] !== this.#run.settings[key]).sort();
    this.#log(
      'warning',
      `${folder} has checkpoints of another training, which differs in ${differing.join(', ')}. Graft keeps them, and starts this training from the beginning.`,
    );
  }

  async #failed(what: string, error: unknown): Promise<GraphError> {
    const known = GraphError.from(error);
    const newest = (await this.#steps()).at(-1);
    const intact =
      newest === undefined
        ? 'there is no earlier one'
        : `training continues from the intact one of step ${newest}`;
    return new GraphError(known.code, `${what} was not written (${intact}): ${known.message}`, {
      audience: known.audience,
      cause: error,
    });
  }

  #steps(): Promise<number[]> {
    return savedSteps(this.#folder);
  }

  #stepFolder(step: number): string {
    return stepFolder(this.#folder, step);
  }

  #bestFile(step: number): string {
    return path.join(this.#folder, `best-${String(step).padStart(8, '0')}.safetensors`);
  }
}

function named(kind: string, tensors: Parameters): NamedTensor[] {
  return [...tensors].map(([name, data]) => ({
    name: `${kind} ${name}`,
    shape: [data.length],
    data,
  }));
}

function group(tensors: readonly NamedTensor[], kind: string): Parameters {
  const prefix = `${kind} `;
  return new Map(
    tensors.flatMap(({ name, data }) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), data] as const] : [],
    ),
  );
}

async function readTensors(file: string): Promise<NamedTensor[]> {
  const tensors: NamedTensor[] = [];
  for (const [name, entry] of (await readSafetensors(file)).tensors) {
    tensors.push({
      name,
      shape: entry.shape,
      data: await loadWeight(sourceOf(entry), entry.shape),
    });
  }
  return tensors;
}

function digestOf(tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256');
  for (const { name, data } of tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name} ${data.length}\n`).update(data);
  }
  return hash.digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
