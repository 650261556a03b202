import { availableParallelism } from 'node:os';
import { readRows, runStep, writeArtifact } from '@graft/engine';
import {
  Chunks,
  embeddedChunkSchema,
  Embeddings,
  type Chunk,
  type StepRequest,
} from '@graft/graph';
import { openWorkerHost } from '@graft/worker/host';

/** The `embed` node as the worker runs it: rows read from an artifact, items keyed and stored, Arrow written. */
export async function embedNode(folders: {
  stateFolder: string;
  modelsFolder: string;
  model: string;
}) {
  const { stateFolder, modelsFolder, model } = folders;
  const host = await openWorkerHost({
    root: stateFolder,
    stateFolder,
    modelsFolder,
    threads: availableParallelism(),
  });
  const { artifacts } = host;
  let round = 0;
  return {
    async embed(texts: readonly string[]): Promise<{ vectors: Float32Array[]; ms: number }> {
      const chunks = await writeArtifact(artifacts, {
        port: 'chunks',
        type: Chunks,
        value: texts.map(toChunk),
      });
      round += 1;
      const request: StepRequest = {
        runId: 'bench',
        node: 'embed',
        type: 'embed',
        lane: 'inference',
        params: { model, batch: 32 },
        inputs: { chunks: [chunks] },
        inputFacets: {},
        sources: [],
        cacheKey: String(round),
        // A family of its own each round, so that nothing is reused.
        familyParts: [{ name: 'round', value: String(round) }],
        device: 'cpu',
      };
      const startedAt = performance.now();
      const { outputs } = await runStep(host, request, {
        signal: new AbortController().signal,
        report: () => undefined,
      });
      const ms = performance.now() - startedAt;
      const vectors: Float32Array[] = [];
      const { embeddings } = outputs;
      if (embeddings === undefined) throw new Error('The node gave no embeddings.');
      for await (const row of readRows(artifacts, embeddings, Embeddings)) {
        vectors.push(embeddedChunkSchema.parse(row).vector);
      }
      return { vectors, ms };
    },
  };
}

function toChunk(text: string, i: number): Chunk {
  const id = `text-${String(i)}`;
  const span = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  return {
    id,
    text,
    headings: [],
    source: { documentId: id, path: id, title: id, ...span },
    metadata: {},
  };
}
