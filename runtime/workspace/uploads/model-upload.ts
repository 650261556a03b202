import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GraphError } from '@graft/graph';
import { hasCode, isFullDisk, stagingName } from '@graft/kit';
import { requirePortablePath, requireVisible } from '../files/graph-path.ts';
import { fullDisk, requireRoom } from '../files/write-error.ts';
import { makeStateFolder } from '../files/state-folder.ts';
import { SentFiles, type SentFile } from './sent-files.ts';

/**
 * Writes the files of a model that a page sends, a file or a folder, below the scratch folder, gives `take` where it is,
 * and takes them away again whatever came of it. Throws `bad-name`, `bad-input`, `damaged-file` and `no-space`.
 */
export async function receiveModelFiles<Result>(
  stream: AsyncIterable<Uint8Array>,
  scratchFolder: string,
  take: (from: string) => Promise<Result>,
): Promise<Result> {
  const sent = await SentFiles.open(stream);
  const top = topOf(sent.files);
  const folder = join(scratchFolder, stagingName());
  await makeStateFolder(folder);
  try {
    const size = sent.files.reduce((sum, file) => sum + file.size, 0);
    // Once as sent, once in the catalogue: not every disk shares the bytes of copies.
    await requireRoom(folder, 2 * size, 'The model');
    await sent.each(async ({ path }, bytes) => {
      const place = join(folder, path);
      await mkdir(dirname(place), { recursive: true });
      await pipeline(bytes, createWriteStream(place, { flags: 'wx' }));
    });
    return await take(join(folder, top));
  } catch (error) {
    if (isFullDisk(error)) throw fullDisk(error);
    if (hasCode(error, 'EEXIST', 'ENOTDIR', 'EISDIR')) {
      throw new GraphError(
        'bad-input',
        'The upload has a file and a folder with the same name. Rename one of them.',
      );
    }
    if (!(error instanceof GraphError)) throw error;
    // Where it was for the moment helps nobody.
    const message = error.message.replaceAll(`${folder}/`, '');
    throw new GraphError(error.code, message, { audience: error.audience, cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The one file or folder that is sent, whose every path every system can write. */
function topOf(files: readonly SentFile[]): string {
  const known = new Set<string>();
  for (const { path } of files) {
    requirePortablePath(path);
    requireVisible(path);
    known.add(path.split('/', 1)[0] ?? path);
  }
  const paths = new Set(files.map(({ path }) => path.normalize('NFC').toLowerCase()));
  const [top] = known;
  if (known.size === 1 && top !== undefined && paths.size === files.length) return top;
  throw new GraphError(
    'bad-input',
    'A model is one .gguf file, or one folder with config.json, tokenizer.json and its weights. Choose one of these.',
  );
}
