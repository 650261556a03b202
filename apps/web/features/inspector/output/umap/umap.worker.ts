import { layOut } from './lay-out.ts';
import type { UmapTask } from './umap-message.ts';

addEventListener('message', ({ data }: MessageEvent<UmapTask>) => {
  for (const news of layOut(data)) postMessage(news);
});
