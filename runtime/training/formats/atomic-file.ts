import { open, rename, rm } from 'node:fs/promises';

/** Appends bytes to a file under construction. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/** Writes a file beside its place and moves it there when complete: readers never see half of it. */
export async function writeAtomically(
  path: string,
  write: (append: Append) => Promise<void>,
): Promise<void> {
  const partial = `${path}.part`;
  const handle = await open(partial, 'w');
  try {
    await write(async (bytes) => {
      for (let done = 0; done < bytes.length;) {
        done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
      }
    });
    await handle.sync();
    await handle.close();
    await rename(partial, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}
