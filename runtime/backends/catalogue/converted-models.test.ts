import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mountReadOnly } from '@graft/kit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { BlobStore } from './blob-store.ts';
import { ConvertedModels, type Conversion } from './converted-models.ts';

const never = new AbortController().signal;
const folders: string[] = [];
async function modelsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-converted-'));
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** Bytes by the model's digest, each writing counted in `log`. */
function conversionOf(digest: string, log: string[] = []): Conversion {
  return {
    ...{ id: 'm', digest, form: 'Q8_0', version: 1 },
    write: async (to) => {
      log.push(digest);
      await writeFile(to, `Q8_0 of ${digest}`);
    },
    verify: () => Promise.resolve(),
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

describe('converted models', () => {
  it('are made once, by digest, form and version, and found by whoever comes later', async () => {
    const folder = await modelsFolder();
    const log: string[] = [];
    const models = new ConvertedModels(folder);
    const [one, same] = await Promise.all([
      models.open(conversionOf('a', log), { signal: never }),
      models.open(conversionOf('a', log), { signal: never }),
    ]);
    expect(await readFile(one.path, 'utf8')).toBe('Q8_0 of a');
    expect(one.size).toBe(9);
    expect(same).toEqual(one);
    expect(
      await new ConvertedModels(folder).open(conversionOf('a', log), { signal: never }),
    ).toEqual(one);
    expect(log).toEqual(['a']);
    await models.open(conversionOf('b', log), { signal: never });
    await models.open({ ...conversionOf('a', log), version: 2 }, { signal: never });
    expect(log).toEqual(['a', 'b', 'a']);
  });

  it('count to the size of the copy, and say when it is stored', async () => {
    const seen: unknown[] = [];
    const conversion: Conversion = {
      ...conversionOf('a'),
      bytes: async () => 1000,
      write: async (to, { progress }) => {
        progress(1, 4);
        await writeFile(to, 'Q8_0 of a');
      },
    };
    await new ConvertedModels(await modelsFolder()).open(conversion, {
      ...{ signal: never, progress: (progress) => seen.push(progress) },
    });
    const unit = 'copied bytes of m';
    expect(seen).toEqual([
      { done: 0, total: 1000, unit },
      { done: 250, total: 1000, unit },
      { done: 9, total: 9, unit },
    ]);
  });

  it('are made once by two processes that ask at once', async () => {
    const folder = await modelsFolder();
    const log = join(folder, 'log');
    const program = fileURLToPath(new URL('../testing/convert-process.ts', import.meta.url));
    const run = () =>
      promisify(execFile)(process.execPath, [
        ...['--import', import.meta.resolve('tsx'), program],
        ...[folder, log],
      ]);
    const [one, other] = await Promise.all([run(), run()]);
    expect(one.stdout).toBe(other.stdout);
    expect(await readFile(log, 'utf8')).toBe('made\n');
  });

  it('are made anew where they are damaged or gone', async () => {
    const folder = await modelsFolder();
    const log: string[] = [];
    const { path } = await new ConvertedModels(folder).open(conversionOf('a', log), {
      signal: never,
    });
    await chmod(path, 0o644);
    await writeFile(path, 'Q8_0 of b');
    const mended = await new ConvertedModels(folder).open(conversionOf('a', log), {
      signal: never,
    });
    expect(await readFile(mended.path, 'utf8')).toBe('Q8_0 of a');
    await rm(mended.path);
    const again = await new ConvertedModels(folder).open(conversionOf('a', log), { signal: never });
    expect(await readFile(again.path, 'utf8')).toBe('Q8_0 of a');
    expect(log).toEqual(['a', 'a', 'a']);
  });

  it('are made anew where nobody can tell any more what belongs to what', async () => {
    const folder = await modelsFolder();
    const one = await new ConvertedModels(folder).open(conversionOf('a'), { signal: never });
    for (const text of ['', '{"a Q8_0 1":', '[]', '{"a Q8_0 1":{"digest":"../a","size":1}}']) {
      await writeFile(join(folder, 'converted.json'), text);
      const models = new ConvertedModels(folder);
      expect(await models.removeUnused()).toBe(0);
      expect(await models.open(conversionOf('a'), { signal: never })).toMatchObject({
        path: one.path,
      });
    }
  });

  it('leave nothing where the model was touched meanwhile, or whoever asked gave up', async () => {
    const folder = await modelsFolder();
    const models = new ConvertedModels(folder);
    const touched = { ...conversionOf('a'), verify: () => Promise.reject(new Error('touched')) };
    await expect(models.open(touched, { signal: never })).rejects.toThrow('touched');
    const aborting = new AbortController();
    const slow: Conversion = {
      ...conversionOf('a'),
      write: async (to, { signal }) => {
        await writeFile(to, 'half');
        aborting.abort();
        signal.throwIfAborted();
      },
    };
    const given = models.open(slow, { signal: aborting.signal });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => filesBelow(folder)).toEqual([]);
  });

  it('go with their model, and when nobody has read them for a week', async () => {
    const folder = await modelsFolder();
    const models = new ConvertedModels(folder);
    const a = await models.open(conversionOf('a'), { signal: never });
    const b = await models.open(conversionOf('b'), { signal: never });
    expect(await models.remove('a')).toBe(a.size);
    await expect(stat(a.path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await models.removeUnused()).toBe(0);
    const records = join(folder, 'converted.json');
    const text = await readFile(records, 'utf8');
    await writeFile(
      records,
      text.replace(/"usedAt": \d+/, `"usedAt": ${Date.now() - 8 * 24 * 36e5}`),
    );
    expect(await models.removeUnused()).toBe(b.size);
    await expect(stat(b.path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(JSON.parse(await readFile(records, 'utf8'))).toEqual({});
  });

  it('and stored files of a process that was killed before it recorded them go after a week', async () => {
    const folder = await modelsFolder();
    const models = new ConvertedModels(folder);
    const blobs = new BlobStore(folder);
    const store = async (letter: string, days: number): Promise<string> => {
      const digest = letter.repeat(64);
      const staged = await blobs.stagingPath();
      await writeFile(staged, letter);
      const then = Date.now() / 1000 - days * 24 * 3600;
      await utimes(staged, then, then);
      await blobs.adopt(staged, { path: letter, digest, size: 1 });
      return digest;
    };
    const digests = [await store('a', 8), await store('b', 8), await store('c', 1)];
    const laidOut = { path: 'd', digest: await store('d', 8), size: 1 };
    await blobs.layOut('m', laidOut);
    const used = await models.open(conversionOf('a'), { signal: never });
    expect(await models.removeUnused({ known: [digests[1] ?? ''] })).toBe(1);
    const left = await Promise.all(
      [...digests, laidOut.digest].map((each) => blobs.stampOfBlob(each)),
    );
    expect(left.map((stamp) => stamp !== undefined)).toEqual([false, true, true, true]);
    expect((await stat(used.path)).size).toBe(used.size);
  });

  it('are kept for as long as somebody reads them', async () => {
    const folder = await modelsFolder();
    const models = new ConvertedModels(folder);
    await models.open(conversionOf('a'), { signal: never });
    const records = join(folder, 'converted.json');
    const text = await readFile(records, 'utf8');
    await writeFile(
      records,
      text.replace(/"usedAt": \d+/, `"usedAt": ${Date.now() - 8 * 24 * 36e5}`),
    );
    await models.open(conversionOf('a'), { signal: never });
    expect(await models.removeUnused()).toBe(0);
  });

  it('are read, and left alone, in a folder that cannot be written', async (test) => {
    const folder = await modelsFolder();
    await new ConvertedModels(folder).open(conversionOf('a'), { signal: never });
    const records = join(folder, 'converted.json');
    const text = await readFile(records, 'utf8');
    const used = Date.now() - 8 * 24 * 36e5;
    await writeFile(records, text.replace(/"usedAt": \d+/, `"usedAt": ${String(used)}`));
    const mounted = mountReadOnly(folder);
    if (mounted === undefined) return test.skip('This process may not mount a folder.');
    try {
      const models = new ConvertedModels(mounted.folder);
      const { path } = await models.open(conversionOf('a'), { signal: never });
      expect(await readFile(path, 'utf8')).toBe('Q8_0 of a');
      expect(await models.removeUnused()).toBe(0);
      expect(await readFile(path, 'utf8')).toBe('Q8_0 of a');
      // Sealed by a machine that has been started anew since.
      await rm(`${join(folder, path.slice(mounted.folder.length))}.seal.json`);
      const again = await new ConvertedModels(mounted.folder).open(conversionOf('a'), {
        signal: never,
      });
      expect(again.path).toBe(path);
      await rm(join(folder, 'partial'), { recursive: true });
      expect(await models.removeUnused()).toBe(0);
    } finally {
      mounted.unmount();
    }
  });
});
