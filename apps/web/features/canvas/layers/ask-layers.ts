import { columnLayout } from '@graft/view';
import type { Places, Units } from './units.ts';

export interface LayersQuestion {
  readonly id: number;
  readonly units: Units;
}
export interface LayersAnswer {
  readonly id: number;
  /** Absent where the layout failed. */
  readonly places?: Places;
}

/** Units up to which layers are looked for: with more, columns are quicker by far. */
const mostLayered = 1_500;

interface Waiting {
  readonly units: Units;
  answer(places: Places | undefined): void;
}

const waiting = new Map<number, Waiting>();
let asked = 0;
let worker: Worker | undefined;

function end(): void {
  worker?.terminate();
  worker = undefined;
}

/** A worker that went wrong has no more answers; the next question has another. */
function fail(): void {
  end();
  for (const { answer } of waiting.values()) answer(undefined);
  waiting.clear();
}

function started(): Worker {
  const one = new Worker(new URL('./layers.worker.ts', import.meta.url), { type: 'module' });
  one.addEventListener('message', ({ data: { id, places } }: MessageEvent<LayersAnswer>) => {
    waiting.get(id)?.answer(places);
    waiting.delete(id);
  });
  one.addEventListener('error', fail);
  return one;
}

/** A worker at work hears nothing: it is ended, and another has the other questions. */
function drop(id: number): void {
  const dropped = waiting.get(id);
  if (dropped === undefined) return;
  waiting.delete(id);
  end();
  for (const [other, { units }] of waiting) {
    worker ??= started();
    worker.postMessage({ id: other, units } satisfies LayersQuestion);
  }
  dropped.answer(undefined);
}

/** Undefined where the worker went wrong, or once it is to stop; rejects where there can be none. */
function inLayers(units: Units, signal: AbortSignal | undefined): Promise<Places | undefined> {
  return new Promise((answer) => {
    worker ??= started();
    const id = asked++;
    waiting.set(id, { units, answer });
    worker.postMessage({ id, units } satisfies LayersQuestion);
    signal?.addEventListener('abort', () => drop(id), { once: true });
  });
}

/** Where units stand in layers, found beside the page; in columns where that cannot be had. Rejects once it is to stop. */
export async function askLayers(units: Units, signal?: AbortSignal): Promise<Places> {
  signal?.throwIfAborted();
  const places =
    units.sizes.size > mostLayered
      ? undefined
      : await inLayers(units, signal).catch(() => undefined);
  signal?.throwIfAborted();
  return places ?? columnLayout(units.sizes, units.links);
}
