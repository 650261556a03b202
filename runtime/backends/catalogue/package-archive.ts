import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { extract } from 'tar';
import { ArchiveBudget } from './archive-budget.ts';
import { CommandMissing, runCommand } from './run-command.ts';
import { extractZip } from './zip-archive.ts';

export interface PackageRequest {
  readonly manager: 'npm' | 'pip';
  /** `name@version`, `name==version`. */
  readonly spec: string;
  /** sha256 of pip's archive, hex. */
  readonly archive?: string;
  /** Bytes that the wanted files may have together; more is no model of the catalogue. */
  readonly largest: number;
  /** Paths inside the package, without the archive's top folder. */
  readonly paths: readonly string[];
  /** An empty folder to work in. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Downloads a package with its ordinary client, runs nothing of it, and takes files out of the archive.
 * Gives where each found path lies.
 */
export async function extractPackage(request: PackageRequest): Promise<Map<string, string>> {
  const archive = request.manager === 'npm' ? await packNpm(request) : await downloadPip(request);
  const targets = new Map(
    request.paths.map((path) => [path, join(request.folder, 'files', randomUUID())]),
  );
  await mkdir(join(request.folder, 'files'), { recursive: true });
  if (archive.endsWith('.whl')) await extractZip(archive, targets, request);
  else await extractTar(archive, targets, request);
  const found = new Map<string, string>();
  for (const [path, target] of targets) {
    if (await stat(target).catch(() => undefined)) found.set(path, target);
  }
  await rm(archive, { force: true });
  return found;
}

async function packNpm({ spec, folder, signal }: PackageRequest): Promise<string> {
  await runCommand('npm', ['pack', spec, '--ignore-scripts', '--silent'], { cwd: folder, signal });
  return onlyArchive(folder);
}

/**
 * A wheel is preferred, which runs nothing. pip runs the set-up code of a source archive to read its metadata: one is
 * taken only where its hash is known, which pip checks before it unpacks it.
 */
async function downloadPip(request: PackageRequest): Promise<string> {
  const { spec, archive, folder, signal } = request;
  const wanted = join(folder, 'requirements.txt');
  await writeFile(
    wanted,
    archive === undefined ? `${spec}\n` : `${spec} --hash=sha256:${archive}\n`,
  );
  let missing: unknown;
  for (const [command, ...first] of [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip']]) {
    if (command === undefined) continue;
    const download = (only: string): Promise<void> =>
      runCommand(
        command,
        [
          ...first,
          'download',
          '--quiet',
          '--disable-pip-version-check',
          '--no-deps',
          only,
          ':all:',
          ...(archive === undefined ? [] : ['--require-hashes']),
          '--requirement',
          wanted,
        ],
        { cwd: folder, signal },
      );
    try {
      await download('--only-binary').catch(async (error: unknown) => {
        if (error instanceof CommandMissing || signal.aborted || archive === undefined) throw error;
        await download('--no-binary');
      });
      return await onlyArchive(folder);
    } catch (error) {
      const unusable =
        error instanceof CommandMissing ||
        (error instanceof Error && error.message.includes('No module named pip'));
      if (!unusable) throw error;
      missing = error;
    }
  }
  throw new CommandMissing('neither python3 with pip nor pip is installed', { cause: missing });
}

async function onlyArchive(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.(tgz|tar\.gz|whl)$/.test(name));
  const name = names[0];
  if (name === undefined) throw new Error('the package client wrote no archive');
  return join(folder, name);
}

/** Streams through the archive; only the wanted files touch the disk. */
async function extractTar(
  archive: string,
  targets: ReadonlyMap<string, string>,
  request: PackageRequest,
): Promise<void> {
  const budget = new ArchiveBudget(request.largest);
  await extract({
    file: archive,
    cwd: dirname(archive),
    strict: true,
    preserveOwner: false,
    filter: (path, entry) => {
      const wanted = targets.has(withoutTop(path));
      budget.count(wanted ? (entry.size ?? 0) : 0);
      // Links would lead out of the archive's own files.
      const plain = !('type' in entry) || entry.type === 'File' || entry.type === 'OldFile';
      return !request.signal.aborted && wanted && plain && !budget.spent;
    },
    onReadEntry: (entry) => {
      const target = targets.get(withoutTop(entry.path));
      if (target !== undefined) entry.path = `files/${basename(target)}`;
    },
  });
  request.signal.throwIfAborted();
  budget.throwIfSpent();
}

function withoutTop(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
