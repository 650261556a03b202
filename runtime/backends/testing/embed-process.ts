/**
 * Embeds texts in a process of its own, since a GPU driver may take its process down, at exit too: prints
 * the vectors as one line of JSON and leaves at once. Arguments: device, texts as JSON.
 */
import { z } from 'zod';
import { loadEmbedder } from '../onnx/embedder.ts';
import { embedderId, never, realModel } from './real-models.ts';

const [device, texts] = z
  .tuple([z.enum(['cpu', 'webgpu', 'cuda']), z.string()])
  .parse(process.argv.slice(2));
const embedder = await loadEmbedder({ ...(await realModel(embedderId)), device });
const vectors = await embedder.embed(z.array(z.string()).parse(JSON.parse(texts)), never());
process.stdout.write(`${JSON.stringify(vectors.map((vector) => [...vector]))}\n`, () =>
  process.exit(0),
);
