import ELK from 'elkjs/lib/elk.bundled.js';
import { layOutLayers } from './lay-out-layers.ts';
import type { LayersAnswer, LayersQuestion } from './ask-layers.ts';

/** Where there is no document elkjs takes itself for the script of a worker of its own, and makes none: it is shown one. */
function startElk(): InstanceType<typeof ELK> {
  Object.assign(globalThis, { document: {} });
  try {
    return new ELK();
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
}

let elk: ReturnType<typeof startElk> | undefined;

async function answer({ id, units }: LayersQuestion): Promise<LayersAnswer> {
  try {
    elk ??= startElk();
    return { id, places: await layOutLayers(elk, units) };
  } catch {
    return { id };
  }
}

addEventListener('message', ({ data }: MessageEvent<LayersQuestion>) => {
  void answer(data).then((said) => postMessage(said));
});
