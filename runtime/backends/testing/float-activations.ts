import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Field 1 (name) and field 3 (i) of the attribute as it is published: 8-bit activations. */
const published = Buffer.from('\x0a\x0eaccuracy_level\x18\x04', 'latin1');

/**
 * A copy of a model's folder whose 4-bit products keep their activations as floats, for engines that take a
 * model as it lies. Edits the file's bytes by pattern, so that it shares no code with what it checks.
 */
export class FloatActivationsCopy implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async of(folder: string, weights: string): Promise<FloatActivationsCopy> {
    const copy = await realpath(await mkdtemp(join(tmpdir(), 'graft-float-')));
    await cp(folder, copy, { recursive: true });
    const model = await readFile(join(folder, weights));
    let edited = 0;
    for (let at = model.indexOf(published); at !== -1; at = model.indexOf(published, at + 1)) {
      model[at + published.length - 1] = 0;
      edited += 1;
    }
    if (edited === 0) throw new Error(`${weights} does not ask for 8-bit activations`);
    // The copy is read-only, as the original is.
    await rm(join(copy, weights));
    await writeFile(join(copy, weights), model);
    return new FloatActivationsCopy(copy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
