// node deploy/local.mjs [DIR] [--port N]: Postgres, an S3 gateway, graft serve and two workers on this machine, for trying
// Graft as it runs on several. Ctrl+C ends all of them. Their data stay in DIR/.graft/local. GRAFT_DATABASE and
// GRAFT_ARTIFACTS, if they are set, replace the database and the gateway.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const graft = path.join(root, 'apps/cli/bin/graft.mjs');
const gatewayModule = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
/** Debian keeps the server's programs off the PATH. */
const debianFolder = '/usr/lib/postgresql';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '3000' } },
});
const workspace = path.resolve(positionals[0] ?? path.join(root, 'examples'));
const data = path.join(workspace, '.graft', 'local');

/** Processes in the order of their start; they end in the opposite one. */
const children = [];
let isEnding = false;

function fail(text) {
  process.stderr.write(`${text}\n`);
  void end(1);
}

/** Starts a process in a group of its own: Ctrl+C in the terminal reaches this process alone, which ends the others in order. */
function start(name, [program, ...args], options = {}) {
  const child = spawn(program, args, {
    ...{ detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    ...options,
    env: { ...process.env, ...options.env },
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      fail(`${name} does not start: ${error.message}`);
      resolve();
    });
    child.once('exit', (code, signal) => {
      resolve();
      if (!isEnding) fail(`${name} ended with ${signal ?? String(code)}: see its lines above.`);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      if (options.isQuiet === true) return;
      for (const line of text.trimEnd().split('\n')) process.stdout.write(`${name}: ${line}\n`);
    });
  }
  children.push({ child, ended, stop: options.stop ?? 'SIGTERM' });
  return child;
}

/** Ends the newest process first: workers finish their steps while the database is still there. */
async function end(code) {
  if (isEnding) return;
  isEnding = true;
  for (const { child, ended, stop } of children.toReversed()) {
    if (child.exitCode === null && child.signalCode === null) child.kill(stop);
    await ended;
  }
  process.exit(code);
}

/** Again: workers leave their steps. */
function interrupt() {
  if (isEnding) {
    for (const { child } of children) if (child.exitCode === null) child.kill('SIGTERM');
    return;
  }
  process.stdout.write('Ending: the server, the workers, the gateway, Postgres.\n');
  void end(0);
}

function programOf(name, remedy, folders = []) {
  const places = [...(process.env.PATH ?? '').split(path.delimiter), ...folders];
  const found = places.map((place) => path.join(place, name)).find((each) => existsSync(each));
  if (found === undefined) throw new Error(`${name} is not on the PATH. ${remedy}`);
  return found;
}

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Until a port takes connections. */
async function reachable(port) {
  while (!isEnding) {
    const isOpen = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(100);
  }
}

/** A random text that stays the same at each start. */
async function secretIn(file) {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept;
  const made = randomBytes(24).toString('hex');
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

async function startPostgres() {
  if (process.getuid?.() === 0) {
    throw new Error(
      'Postgres refuses to run as root. Start this from another account, or set GRAFT_DATABASE to a database that is there.',
    );
  }
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const folders = versions.map((version) => path.join(debianFolder, version, 'bin'));
  const remedy = 'Install Postgres (Debian: postgresql).';
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) =>
    programOf(name, remedy, folders.toReversed()),
  );
  const folder = path.join(data, 'postgres');
  const files = path.join(folder, 'data');
  await mkdir(folder, { recursive: true });
  const word = path.join(folder, 'password');
  const password = await secretIn(word);
  if (!existsSync(path.join(files, 'PG_VERSION'))) {
    const access = ['--auth', 'scram-sha-256', '--pwfile', word];
    const text = ['--encoding', 'UTF8', '--locale', 'C'];
    await run(initdb, ['--pgdata', files, '--username', 'graft', ...access, ...text], {
      cwd: folder,
    });
  }
  const port = await freePort();
  const listen = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  start('postgres', [postgres, '-D', files, '-p', String(port), ...listen], {
    ...{ cwd: folder, isQuiet: true, stop: 'SIGINT' },
  });
  await reachable(port);
  return `postgres://graft:${password}@127.0.0.1:${String(port)}/postgres`;
}

async function startGateway() {
  const gateway = programOf('versitygw', `Build it with "go install ${gatewayModule}".`);
  const folder = path.join(data, 's3');
  const [objects, sidecar] = ['objects', 'sidecar'].map((name) => path.join(folder, name));
  // A bucket is a folder.
  await mkdir(path.join(objects, 'graft'), { recursive: true });
  await mkdir(sidecar, { recursive: true });
  const secret = await secretIn(path.join(folder, 'secret'));
  const port = await freePort();
  const address = `127.0.0.1:${String(port)}`;
  start('s3', [gateway, '--port', address, '--quiet', 'posix', '--sidecar', sidecar, objects], {
    ...{ isQuiet: true, env: { ROOT_ACCESS_KEY: 'graft', ROOT_SECRET_KEY: secret } },
  });
  await reachable(port);
  return {
    ...{ GRAFT_ARTIFACTS: 's3://graft/local', AWS_ENDPOINT_URL_S3: `http://${address}` },
    ...{ AWS_ACCESS_KEY_ID: 'graft', AWS_SECRET_ACCESS_KEY: secret },
  };
}

async function main() {
  if (!existsSync(workspace)) throw new Error(`There is no folder ${workspace}.`);
  await mkdir(data, { recursive: true });
  const { GRAFT_DATABASE: database = '', GRAFT_ARTIFACTS: artifacts = '' } = process.env;
  const env = {
    GRAFT_DATABASE: database === '' ? await startPostgres() : database,
    ...(artifacts === '' ? await startGateway() : { GRAFT_ARTIFACTS: artifacts }),
  };
  const state = path.join(data, 'server');
  const settings = path.join(data, 'settings.sh');
  const lines = Object.entries({ GRAFT_STATE: state, ...env });
  const text = lines.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  await writeFile(settings, text.join(''), { mode: 0o600 });
  process.stdout.write(`For graft in another shell: . ${settings}\n`);
  for (const [name, queues] of [
    ['worker-1', 'cpu,web'],
    ['worker-2', 'cpu,training'],
  ]) {
    await mkdir(path.join(data, name), { recursive: true });
    const command = [process.execPath, graft, 'worker', path.join(data, name)];
    start(name, [...command, '--queues', queues], { env });
  }
  const command = [process.execPath, graft, 'serve', workspace, '--port', values.port];
  start('server', command, { env: { ...env, GRAFT_STATE: state } });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
try {
  await main();
} catch (error) {
  fail(error.message);
}
