import { type Placed, wayOf } from './levels.ts';
import { undoFirst, documentStore } from './document-store.ts';

/**
 * Questions of one kind, to the server, a worker or whatever else takes its time: only the answer to the newest is wanted.
 * Whoever asks keeps the signal, and does nothing with an answer once that is aborted.
 */
export class Latest {
  #asked = new AbortController();

  /** Asks a question in the place of the one before. */
  ask(): AbortSignal {
    this.drop();
    this.#asked = new AbortController();
    return this.#asked.signal;
  }

  /** No answer is wanted any more. */
  drop(): void {
    this.#asked.abort();
  }
}

/** The graph that is shown: of which file, and where within it. */
export const placeShown = (): string => {
  const { file, trail } = documentStore.getState();
  return JSON.stringify([file?.path, wayOf(trail)]);
};

/** Tells later whether the same graph is still shown: an answer to what was asked of it is not wanted in another. */
export function whileShown(): () => boolean {
  const at = placeShown();
  return () => placeShown() === at;
}

/** The same of the file that is open. */
export function whileOpen(): () => boolean {
  const path = documentStore.getState().file?.path;
  return () => documentStore.getState().file?.path === path;
}

/**
 * Makes something of the graph that is shown, which takes a while and is to be an edit: what is edited meanwhile is made with the
 * rest. Gives undefined where it is not wanted any more: another graph is shown, it was asked for once more or dropped, or
 * undone before it came.
 */
export async function madeOfShown<Made>(
  latest: Latest,
  make: (now: Placed, signal: AbortSignal) => Promise<Made>,
): Promise<Made | undefined> {
  const signal = latest.ask();
  const isShown = whileShown();
  const stops = [
    undoFirst(() => latest.drop()),
    documentStore.subscribe(() => {
      if (!signal.aborted && !isShown()) latest.drop();
    }),
  ];
  const stop = (): void => stops.forEach((each) => each());
  // What is dropped may never be answered, and undo would still take it back first.
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const now = documentStore.getState();
      const made = await make(now, signal);
      if (signal.aborted) return undefined;
      if (documentStore.getState().shown === now.shown) return made;
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    stop();
  }
}
