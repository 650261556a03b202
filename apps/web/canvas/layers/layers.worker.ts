import ELK from 'elkjs/lib/elk.bundled.js';
import { layOutLayers } from './lay-out-layers.ts';
import type { LayersAnswer, LayersQuestion } from './ask-layers.ts';

const elk = new ELK();

addEventListener('message', ({ data: { id, units } }: MessageEvent<LayersQuestion>) => {
  layOutLayers(elk, units).then(
    (places) => postMessage({ id, places } satisfies LayersAnswer),
    () => postMessage({ id } satisfies LayersAnswer),
  );
});
