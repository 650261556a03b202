// npm start [-- DIR --port 4000]: installs, builds what has changed, and serves a workspace.
import net from 'node:net';
import path from 'node:path';
import { buildProject } from './build-project.mjs';
import { installPackages } from './install-packages.mjs';
import { requireNode } from './node-version.mjs';
import { oneAtATime } from './one-at-a-time.mjs';

requireNode();
const root = path.resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
await requirePort(args);
await oneAtATime(root, async () => {
  await installPackages(root);
  await buildProject(root);
});

const folder =
  args[0] === undefined || args[0].startsWith('-') ? [path.join(root, 'examples')] : [];
process.argv.splice(2, args.length, 'serve', ...folder, ...args);
await import('../apps/cli/bin/graft.mjs');

/** Ends the process where a port is asked for that is taken: installing and building take minutes. Without one, `serve` takes the next free. */
async function requirePort(args) {
  const at = args.findIndex((arg) => arg === '--port' || arg.startsWith('--port='));
  const port = Number(args[at]?.split('=')[1] ?? args[at + 1]);
  if (at === -1 || !(port > 0 && port < 65_536)) return;
  const probe = net.createServer();
  const error = await new Promise((resolve) => {
    probe.once('error', resolve);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
  if (error?.code !== 'EADDRINUSE') return;
  process.stderr.write(
    `Port ${port} is taken. Choose another (npm start -- --port ${port + 1}), or leave --port out to take the next free one.\n`,
  );
  process.exit(1);
}
