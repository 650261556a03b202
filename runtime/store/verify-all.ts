import type { ArtifactStore } from '@graft/graph';
import { isLost } from './lost-artifact.ts';

export interface VerifyReport {
  readonly checked: number;
  /** Bytes read. */
  readonly size: number;
  /** Digests whose bytes differed. They are removed, so the next run computes them again. */
  readonly damaged: readonly string[];
}

/** Hashes every artifact again and removes damaged ones, as reading them does. */
export async function verifyAll(
  artifacts: ArtifactStore,
  progress: (checked: number, size: number) => void = () => {},
): Promise<VerifyReport> {
  const damaged: string[] = [];
  let checked = 0;
  let size = 0;
  for await (const artifact of artifacts.list()) {
    if (!(await artifacts.verify(artifact.digest))) {
      damaged.push(artifact.digest);
      await readThrough(artifacts, artifact.digest);
    }
    checked += 1;
    size += artifact.size;
    progress(checked, size);
  }
  return { checked, size, damaged };
}

async function readThrough(artifacts: ArtifactStore, digest: string): Promise<void> {
  try {
    for await (const _chunk of artifacts.get(digest));
  } catch (error) {
    if (!isLost(error)) throw error;
  }
}
