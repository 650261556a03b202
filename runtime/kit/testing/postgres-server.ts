import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian keeps the server's programs off the PATH. */
const debianFolder = '/usr/lib/postgresql';

/** Times that the start is tried. */
const mostTries = 3;

/** Why tests on Postgres are skipped. */
export const noPostgres =
  'Postgres is not installed: install it (Debian: postgresql) or set GRAFT_TEST_POSTGRES';

/** A Postgres server for tests, which nobody else uses. */
export interface PostgresServer extends AsyncDisposable {
  /** The address of its superuser. */
  readonly address: string;
  stop(): Promise<void>;
  /** Ends it, and starts it again on the same port, with what it held. Both throw for a server of `GRAFT_TEST_POSTGRES`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * Starts a server of its own on a loopback port, with its data in a temporary folder. It ends with this process, however
 * that ends. Undefined where Postgres is not installed. `GRAFT_TEST_POSTGRES`, a superuser's address, replaces it.
 */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const running = process.env['GRAFT_TEST_POSTGRES'] ?? '';
  if (running !== '') return serverOf(running);
  const programs = programFolder();
  if (programs === undefined) return undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      return await startIn(programs);
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (tries === mostTries) throw error;
    }
  }
}

async function startIn(programs: string): Promise<PostgresServer> {
  const account = await accountOfServer();
  const folder = await mkdtemp(join(tmpdir(), 'graft-postgres-'));
  const [data, word] = [join(folder, 'data'), join(folder, 'word')];
  const password = 'p@ss:word/1';
  await writeFile(word, password);
  if (account.uid !== undefined && account.gid !== undefined) {
    for (const path of [folder, word]) await chown(path, account.uid, account.gid);
  }
  await run(
    join(programs, 'initdb'),
    [
      ...['--pgdata', data, '--username', 'postgres', '--encoding', 'UTF8', '--locale', 'C'],
      ...['--auth', 'scram-sha-256', '--pwfile', word, '--no-sync'],
    ],
    { ...account, cwd: folder },
  );
  const port = await freePort();
  const options = [
    ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
    // Nothing has to outlive the machine.
    ...['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'max_connections=200'],
  ];
  // The shell outlives this process for a moment, if that is killed: its input ends, and so it ends the server. By another
  // number, as shells give commands in the background an empty input. A server that has barely begun ignores signals.
  const end = 'while kill -INT $server; do sleep 0.1; done';
  const watch = `(cat <&3 >/dev/null; ${end}) 2>/dev/null & watch=$!`;
  const paused = join(folder, 'paused');
  const clean = `kill $watch 2>/dev/null; test -e '${paused}' || rm -rf '${folder}'`;
  const script = `exec 3<&0; "$0" "$@" 3<&- & server=$!; ${watch}; wait $server; ${clean}`;
  let child: ChildProcess | undefined;
  const endServer = async (): Promise<void> => {
    const hasEnded = child === undefined || child.exitCode !== null || child.signalCode !== null;
    const ended = hasEnded || child === undefined ? undefined : once(child, 'exit');
    child?.stdin?.end();
    await ended;
  };
  const stop = async (): Promise<void> => {
    await endServer();
    await rm(folder, { recursive: true, force: true });
  };
  const resume = async (): Promise<void> => {
    await rm(paused, { force: true });
    child = spawn('sh', ['-c', script, join(programs, 'postgres'), ...options], {
      ...{ ...account, cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] },
    });
    await ready(child);
  };
  const pause = async (): Promise<void> => {
    await writeFile(paused, '');
    await endServer();
  };
  try {
    await resume();
  } catch (error) {
    await stop();
    throw error;
  }
  const secret = encodeURIComponent(password);
  const address = `postgres://postgres:${secret}@127.0.0.1:${String(port)}/postgres`;
  return { address, stop, pause, resume, [Symbol.asyncDispose]: stop };
}

/** A server that somebody else started. */
function serverOf(address: string): PostgresServer {
  const stop = async (): Promise<void> => undefined;
  const refuse = (): Promise<void> =>
    Promise.reject(new Error('The server of GRAFT_TEST_POSTGRES is not to be ended.'));
  return { address, stop, pause: refuse, resume: refuse, [Symbol.asyncDispose]: stop };
}

/** Where `initdb` is. */
function programFolder(): string | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort() : [];
  const debian = versions.reverse().map((version) => join(debianFolder, version, 'bin'));
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...debian];
  return folders.find((at) => existsSync(join(at, 'initdb')) && existsSync(join(at, 'postgres')));
}

/** Postgres refuses to run as root. */
async function accountOfServer(): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (kind: string): Promise<number> => {
    const { stdout } = await run('id', [kind, 'postgres']).catch(() => run('id', [kind, 'nobody']));
    return Number(stdout);
  };
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}

async function ready(child: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      log += bytes.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    child.once('close', () => {
      reject(new Error(`Postgres did not start: ${log}`));
    });
  });
}
