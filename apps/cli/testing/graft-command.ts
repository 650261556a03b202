import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { runCommandLine } from '../command-line.ts';
import type { Finished, ProcessOptions } from './graft-process.ts';

/** The built commands, with the built worker beside them. */
const built = pathToFileURL(path.resolve(import.meta.dirname, '../dist/command-line.mjs')).href;

/**
 * Runs a command of the built program in this process, which saves starting another: give it what it would find in its
 * own, and take what it prints. Folder, environment and streams belong to the whole process, so commands take turns.
 * For signals, terminals, kills and commands side by side use `graft` of graft-process.ts.
 */
export function graft(args: readonly string[], options: ProcessOptions = {}): Promise<Finished> {
  const ended = turn.then(() => runHere(args, options));
  turn = ended.catch(() => undefined);
  return ended;
}
let turn: Promise<unknown> = Promise.resolve();

async function runHere(args: readonly string[], options: ProcessOptions): Promise<Finished> {
  const program: { readonly runCommandLine: typeof runCommandLine } = await import(
    /* @vite-ignore */ built
  );
  using stdout = new Captured(process.stdout);
  using stderr = new Captured(process.stderr);
  using _environment = changedEnvironment(options.env ?? {});
  using _folder = changedFolder(options.cwd ?? os.tmpdir());
  const began = performance.now();
  const code = await program.runCommandLine(args);
  return { code, stdout: stdout.text, stderr: stderr.text, ms: performance.now() - began };
}

/** What is written to a stream while this stands in its way: as to a pipe, never to a terminal. */
class Captured implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: NodeJS.WriteStream['write'];
  readonly #isTTY: boolean;
  readonly #pieces: Buffer[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#write = stream.write;
    this.#isTTY = stream.isTTY;
    stream.isTTY = false;
    stream.write = (
      piece: string | Uint8Array,
      encoding?: BufferEncoding | Callback,
      done?: Callback,
    ): boolean => {
      this.#pieces.push(Buffer.from(piece));
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback !== undefined) queueMicrotask(callback);
      return true;
    };
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  [Symbol.dispose](): void {
    this.#stream.write = this.#write;
    this.#stream.isTTY = this.#isTTY;
  }
}
type Callback = (error?: Error | null) => void;

function changedEnvironment(changes: Readonly<Record<string, string>>): Disposable {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  return {
    [Symbol.dispose]: () => {
      for (const name of Object.keys(changes)) {
        const value = before[name];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

function changedFolder(folder: string): Disposable {
  const before = process.cwd();
  process.chdir(folder);
  return { [Symbol.dispose]: () => process.chdir(before) };
}
