import type { ArtifactRef } from '@graft/graph';
import type { MapLayout } from '@graft/nodes/kit/ui';
import { useEffect, useState } from 'react';
import { api } from '../../../../api/client.ts';
import { problemsOf } from '../../../../api/problem.ts';
import { problemText } from '@graft/view';
import type { UmapNews, UmapTask } from './lay-out.ts';

/** Places of layouts that were made, by digest: artifacts never change. */
const made = new Map<string, readonly number[]>();
const kept = 4;

function keep(digest: string, places: readonly number[]): void {
  made.set(digest, places);
  const [oldest] = made.keys();
  if (made.size > kept && oldest !== undefined) made.delete(oldest);
}

async function taskOf(artifact: ArtifactRef, signal: AbortSignal): Promise<UmapTask> {
  const { dimension, values } = await api.artifacts.vectors.query({ artifact }, { signal });
  const bytes = atob(values);
  return {
    dimension,
    values: Int8Array.from(bytes, (byte) => ((byte.codePointAt(0) ?? 0) << 24) >> 24),
  };
}

interface Making {
  readonly artifact: ArtifactRef;
  tell(progress: string): void;
  done(places: readonly number[]): void;
  failed(message: string): void;
}

/** Has a layout made in a worker. Returns the stop function, which ends the worker with what it is at. */
function make({ artifact, tell, done, failed }: Making): () => void {
  const leaving = new AbortController();
  const worker = new Worker(new URL('./umap.worker.ts', import.meta.url), { type: 'module' });
  const stop = (): void => {
    leaving.abort();
    worker.terminate();
  };
  worker.addEventListener('message', ({ data }: MessageEvent<UmapNews>) => {
    // What it told last may be on its way still.
    if (leaving.signal.aborted) return;
    if (data.kind === 'done') done(data.places);
    else
      tell(
        data.kind === 'neighbours'
          ? 'Finding neighbours …'
          : `${String(Math.round(100 * data.share))} %`,
      );
  });
  worker.addEventListener('error', ({ message }) => failed(message));
  tell('Reading the vectors …');
  taskOf(artifact, leaving.signal).then(
    (task) => worker.postMessage(task, [task.values.buffer]),
    (error: unknown) => {
      if (!leaving.signal.aborted) failed(problemsOf(error).map(problemText).join(' '));
    },
  );
  return stop;
}

/** How the points of a map are laid out: by principal components, or once it has been chosen by UMAP, which takes a while. */
export function useUmap(artifact: ArtifactRef | undefined): MapLayout {
  const [by, choose] = useState<MapLayout['by']>('components');
  const [progress, setProgress] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [places, setPlaces] = useState<readonly number[]>();
  const digest = artifact?.digest;
  useEffect(() => {
    setPlaces(undefined);
    setProblem(undefined);
    if (artifact === undefined || by !== 'umap') return undefined;
    const known = made.get(artifact.digest);
    if (known !== undefined) {
      setPlaces(known);
      return undefined;
    }
    const ended = (): void => {
      setProgress(undefined);
      stop();
    };
    const stop = make({
      artifact,
      tell: setProgress,
      done: (now) => {
        keep(artifact.digest, now);
        setPlaces(now);
        ended();
      },
      failed: (message) => {
        setProblem(message);
        ended();
      },
    });
    return ended;
    // By its digest: the same artifact may come as another object.
  }, [digest, by]);
  return { by, choose, progress, problem, places };
}
