import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveSignsOfLife, holderLives, holderName } from './holder-file.ts';
import { pidInName } from './process-identity.ts';
import { hasCode, isFullDisk } from './system-error.ts';

/** Milliseconds between two tries, at least and at most: chance keeps waiting processes out of step. */
const shortestPause = 30;
const longestPause = 80;
/** Bytes of a file after which a new one is begun. */
const largestFile = 1 << 20;

export interface Claim {
  /** Whether others were at work here: what is claimed may have been done by one of them meanwhile. */
  readonly contested: boolean;
  release(): void;
}

/**
 * Claims by name that hold across processes, for many short ones: 0.02 ms where nobody else is at work. Each
 * process appends what it claims and releases to a file of its own, then reads those of the others. Both or the
 * later of two that come at once see the other, and step back; a file of a process that died is no claim.
 */
export class ClaimBoard {
  readonly #folder: string;
  readonly #others = new Map<string, OtherFile>();
  readonly #held = new Set<string>();
  #own: OwnFile | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Waits until nobody else holds `key`. Throws the signal's reason. `waiting` is called once. */
  async claim(
    key: string,
    hooks: { readonly signal: AbortSignal; readonly waiting: (pid: number) => void },
  ): Promise<Claim> {
    for (let waited = false; ; waited = true) {
      hooks.signal.throwIfAborted();
      const outcome = this.#try(key);
      if (typeof outcome === 'object')
        return { ...outcome, contested: outcome.contested || waited };
      if (!waited) hooks.waiting(outcome);
      const pause = shortestPause + Math.random() * (longestPause - shortestPause);
      await sleep(pause, undefined, { signal: hooks.signal });
    }
  }

  /** Gives back whatever is held. */
  close(): void {
    this.#own?.remove();
    this.#own = undefined;
    this.#held.clear();
    for (const other of this.#others.values()) other.close();
    this.#others.clear();
  }

  /** The claim, or the process that holds it. */
  #try(key: string): Claim | number {
    const before = this.#holder(key);
    if (typeof before === 'number') return before;
    const release = (): void => {
      if (this.#held.delete(key)) this.#write(`-${key}\n`);
    };
    this.#held.add(key);
    if (!this.#write(`+${key}\n`)) return { contested: false, release };
    const after = this.#holder(key);
    if (typeof after !== 'number') return { contested: after, release };
    release();
    return after;
  }

  /** False where it cannot be written: on a full disk work goes on without claims. */
  #write(line: string): boolean {
    try {
      if (this.#own === undefined || this.#own.isSpent) this.#own = this.#begin(this.#own);
      this.#own.append(line);
      return true;
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      // What cannot be given back would be waited for as long as this process lives.
      this.#own?.remove();
      this.#own = undefined;
      return false;
    }
  }

  /** A new file with all that is held, before the old one goes: at no moment does a claim look given back. */
  #begin(old: OwnFile | undefined): OwnFile {
    const own = new OwnFile(this.#folder);
    try {
      for (const key of this.#held) own.append(`+${key}\n`);
    } catch (error) {
      own.remove();
      throw error;
    }
    old?.remove();
    return own;
  }

  /** The process other than this one that holds the key; else whether others are at work at all. */
  #holder(key: string): number | boolean {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      // Whoever removed the folder removed this one's file, too.
      this.#own?.remove();
      this.#own = undefined;
      names = [];
    }
    this.#forgetAllBut(new Set(names));
    let others = false;
    for (const name of names) {
      const pid = pidInName(name);
      if (pid === undefined || name === this.#own?.name) continue;
      const path = join(this.#folder, name);
      if (!holderLives(path)) {
        rmSync(path, { force: true });
        continue;
      }
      others = true;
      const other = this.#others.get(name) ?? OtherFile.open(path);
      if (other === undefined) continue;
      this.#others.set(name, other);
      if (other.holds(key)) return pid;
    }
    return others;
  }

  /** Closes the files of processes that have gone, or begun a new one. */
  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const [name, other] of this.#others) {
      if (names.has(name)) continue;
      other.close();
      this.#others.delete(name);
    }
  }
}

/** What this process says to the others. */
class OwnFile {
  readonly name = holderName();
  readonly #path: string;
  readonly #file: number;
  readonly #stop: () => void;
  #size = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, this.name);
    this.#file = openSync(this.#path, 'ax');
    this.#stop = giveSignsOfLife(this.#path);
  }

  append(line: string): void {
    this.#size += writeSync(this.#file, line);
  }

  get isSpent(): boolean {
    return this.#size > largestFile;
  }

  remove(): void {
    this.#stop();
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }
}

/** What another process says, read as it grows. */
class OtherFile {
  readonly #file: number;
  readonly #held = new Set<string>();
  #offset = 0;
  #rest = '';

  static open(path: string): OtherFile | undefined {
    try {
      return new OtherFile(openSync(path, 'r'));
    } catch (error) {
      // Gone meanwhile, and its claims with it.
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  private constructor(file: number) {
    this.#file = file;
  }

  holds(key: string): boolean {
    const grown = fstatSync(this.#file).size - this.#offset;
    if (grown > 0) {
      const bytes = Buffer.alloc(grown);
      const read = readSync(this.#file, bytes, 0, grown, this.#offset);
      this.#offset += read;
      const lines = (this.#rest + bytes.toString('latin1', 0, read)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('+')) this.#held.add(line.slice(1));
        else this.#held.delete(line.slice(1));
      }
    }
    return this.#held.has(key);
  }

  close(): void {
    closeSync(this.#file);
  }
}
