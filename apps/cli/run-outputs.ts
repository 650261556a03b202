import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef, StepSummary } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { writeOutFile, writeOutFolder } from '@graft/workspace/write-out-file';

/** Suffix of a file by media type: `…+jsonl` → `.jsonl`. */
function suffix(mediaType: string): string {
  const match = /\+([a-z]+)$/.exec(mediaType);
  return match === null ? '.bin' : `.${match[1] ?? 'bin'}`;
}

/** Name of an output below the folder; trees are folders. */
function outputName(node: string, port: string, artifact: ArtifactRef): string {
  const end = suffix(artifact.mediaType);
  // Ids of nodes hold no dot, so that paths stay apart.
  return `${node.replaceAll('/', '.')}.${port}${end === '.tree' ? '' : end}`;
}

/** Writes every output of the steps below `folder`, as `node.port.jsonl`, `.arrow`, `.json` or a folder. */
export async function writeOutputs(
  workspace: Workspace,
  steps: readonly StepSummary[],
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const step of steps) {
    for (const [port, artifact] of Object.entries(step.outputs)) {
      const name = outputName(step.node, port, artifact);
      const target = path.join(folder, name);
      if (suffix(artifact.mediaType) === '.tree') {
        await writeOutFolder(await workspace.artifacts.openTree(artifact.digest), target);
      } else {
        await writeOutFile(target, async (append) => {
          for await (const bytes of workspace.artifacts.get(artifact.digest)) await append(bytes);
        });
      }
      written.push(name);
    }
  }
  return written;
}
