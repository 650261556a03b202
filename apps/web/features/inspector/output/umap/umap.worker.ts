import { layOut, type UmapTask } from './lay-out.ts';

addEventListener('message', ({ data }: MessageEvent<UmapTask>) => {
  for (const news of layOut(data)) postMessage(news);
});
