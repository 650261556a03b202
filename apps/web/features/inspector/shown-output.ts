import { part } from '../../kit/part.tsx';

/** The preview of an output. It loads on demand: all previews of the nodes, and the charts, come with it. */
export const OutputPreview = part(() =>
  import('./output-preview.tsx').then((loaded) => loaded.OutputPreview),
);
