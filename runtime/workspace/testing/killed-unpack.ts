import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { file, graphText, runOf, type PackageBench } from './test-packages.ts';

/** Packs a graph with many texts and its results into the bench's archive; gives how many entries its folder has. */
export async function packMany(bench: PackageBench, texts: number): Promise<number> {
  const anna = await bench.workspace('anna');
  await writeFile(join(anna.root, file), graphText);
  for (let at = 0; at < texts; at += 1) {
    await writeFile(join(anna.root, `${String(at)}.txt`), `One ${String(at)}. Two.`);
  }
  await runOf(anna);
  await anna.packages.pack(file, { data: true, artifacts: true }, bench.archive);
  return texts + 1;
}

/** What is in a workspace's folder beside its state. */
export const entriesOf = (root: string): string[] =>
  readdirSync(root).filter((name) => name !== '.graft');

/** Moments of unpacking into a workspace, to wait for. */
export const moments = {
  'its journal is written': (root: string) => existsSync(join(root, '.graft/placing.json')),
  'its first file is there': (root: string) => entriesOf(root).length > 0,
} as const;

/** Unpacks the bench's archive in a process of its own, which is killed once `isDue`, or ends before that. */
export async function unpackAndKill(
  bench: PackageBench,
  { entry, root }: { readonly entry: string; readonly root: string },
  isDue: (ready: boolean) => boolean,
): Promise<void> {
  const child = spawn(process.execPath, [entry, root, '', bench.archive], { stdio: 'pipe' });
  const state = { ready: false, ended: false };
  child.stdout.once('data', () => (state.ready = true));
  const ended = once(child, 'exit').then(() => (state.ended = true));
  while (!state.ended && !isDue(state.ready)) await setImmediate();
  child.kill('SIGKILL');
  await ended;
}
