import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { getPriority, setPriority } from 'node:os';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

/** Characters of a process's standard error to keep. */
const keptStderr = 8192;

export interface ProcessEvents {
  message(raw: unknown): void;
  exit(exit: ProcessExit): void;
}

export interface ProcessOptions {
  /** Replaces this process's own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Niceness above this process: it yields when cores are short. Its own children inherit it. */
  readonly niceness?: number;
}

/** One child process with a message channel, from fork to exit. */
export class ForkedProcess<Sent extends object> {
  /** Set when this side kills it. */
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
    // Drains both pipes, or a talkative native library would block on them.
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
      // At `close`, all of its standard error has been read; a child of its own may keep that open, though.
      this.#child.once('close', end);
      this.#child.once('exit', (code, signal) => {
        setTimeout(() => {
          end(code, signal);
        }, 100);
      });
      this.#child.once('error', (error) => {
        stderr += String(error);
        // A process that never started emits no `close`.
        if (this.#child.pid === undefined) end(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether messages can reach it; false once it is dying. */
  get connected(): boolean {
    return this.#child.connected;
  }

  send(message: Sent): void {
    // A failed send means that it is dying; its exit rejects what was sent.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.killed = true;
    this.#child.kill('SIGKILL');
  }
}

/** At once, before the process has threads: they inherit its priority. */
function stepBack(pid: number | undefined, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(19, getPriority() + niceness));
  } catch {
    // It has ended already, or the system does not allow it: then it only competes harder.
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
  /** The last part of its standard error. */
  readonly stderr: string;
  /** `oomKills()` at its start. */
  readonly oomKillsBefore: number | undefined;
}

/** Processes that the kernel has killed for lack of memory so far; undefined if it does not report them. */
export function oomKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
