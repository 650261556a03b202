import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { getPriority, setPriority } from 'node:os';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

/** Characters kept of what a process writes to its standard error. */
const keptStderr = 8192;

export interface ProcessEvents {
  message(raw: unknown): void;
  exit(exit: ProcessExit): void;
}

export interface ProcessOptions {
  /** Instead of this process' own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** How much nicer than this process: it gets its turn later where cores are short. Its own children inherit it. */
  readonly niceness?: number;
}

/** One child process with a message channel, from fork to exit. */
export class ForkedProcess<Sent extends object> {
  /** Set when this side ends it. */
  killed = false;
  readonly #child: ChildProcess;
  readonly exited: Promise<void>;

  constructor(entry: string, events: ProcessEvents, options: ProcessOptions = {}) {
    const oomKillsBefore = oomKills();
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: entry.endsWith('.ts') ? ['--import', typescriptLoader()] : [],
    });
    if (options.niceness !== undefined) stepBack(this.#child.pid, options.niceness);
    let stderr = '';
    // Both pipes are drained, or a talkative native library would block on them.
    this.#child.stdout?.resume();
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      stderr = (stderr + bytes.toString()).slice(-keptStderr);
    });
    this.#child.on('message', (raw) => {
      events.message(raw);
    });
    this.exited = new Promise((resolve) => {
      let ended = false;
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (ended) return;
        ended = true;
        events.exit({ code, signal, stderr, oomKillsBefore });
        resolve();
      };
      // By `close` all of its standard error has been read; a child of its own could hold that open, though.
      this.#child.once('close', end);
      this.#child.once('exit', (code, signal) => {
        setTimeout(() => {
          end(code, signal);
        }, 100);
      });
      this.#child.once('error', (error) => {
        stderr += String(error);
        // A process that was never started gives no `close`.
        if (this.#child.pid === undefined) end(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether messages can reach it; no longer when it is dying. */
  get connected(): boolean {
    return this.#child.connected;
  }

  send(message: Sent): void {
    // A failure to send means that it is dying; its exit rejects what was sent.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.killed = true;
    this.#child.kill('SIGKILL');
  }
}

/** At once, before the process has threads: they take over its priority as they start. */
function stepBack(pid: number | undefined, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(19, getPriority() + niceness));
  } catch {
    // It has ended already, or this system lets nobody: it only competes harder.
  }
}

/** Runs TypeScript sources; bundled workers need none. */
function typescriptLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}

/** How a child process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
  /** `oomKills()` when it started. */
  readonly oomKillsBefore: number | undefined;
}

/** Processes that the kernel has killed for want of memory so far; undefined where it does not say. */
export function oomKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
