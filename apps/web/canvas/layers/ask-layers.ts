import { layOut } from '../tidy-layout.ts';
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

const waiting = new Map<number, (places: Places | undefined) => void>();
let asked = 0;
let worker: Worker | undefined;

/** A worker that went wrong has no more answers; the next question has another. */
function fail(): void {
  worker?.terminate();
  worker = undefined;
  for (const answer of waiting.values()) answer(undefined);
  waiting.clear();
}

function started(): Worker {
  const one = new Worker(new URL('./layers.worker.ts', import.meta.url), { type: 'module' });
  one.addEventListener('message', ({ data: { id, places } }: MessageEvent<LayersAnswer>) => {
    waiting.get(id)?.(places);
    waiting.delete(id);
  });
  one.addEventListener('error', fail);
  return one;
}

/** Undefined where the worker went wrong; rejects where there can be none. */
function inLayers(units: Units): Promise<Places | undefined> {
  return new Promise((resolve) => {
    worker ??= started();
    const id = asked++;
    waiting.set(id, resolve);
    worker.postMessage({ id, units } satisfies LayersQuestion);
  });
}

/** Where units stand in layers, found beside the page; in columns where that cannot be had. Rejects once it is to stop. */
export async function askLayers(units: Units, signal?: AbortSignal): Promise<Places> {
  signal?.throwIfAborted();
  signal?.addEventListener('abort', fail);
  const places =
    units.sizes.size > mostLayered ? undefined : await inLayers(units).catch(() => undefined);
  signal?.removeEventListener('abort', fail);
  signal?.throwIfAborted();
  return places ?? layOut(units.sizes, units.links);
}
