// npm start [-- DIR --port 4000]: installs, builds what has changed, and serves a workspace.
import path from 'node:path';
import { buildProject } from './build-project.mjs';
import { installPackages } from './install-packages.mjs';
import { requireNode } from './node-version.mjs';
import { oneAtATime } from './one-at-a-time.mjs';

requireNode();
const root = path.resolve(import.meta.dirname, '..');
await oneAtATime(root, async () => {
  await installPackages(root);
  await buildProject(root);
});

const args = process.argv.slice(2);
const folder =
  args[0] === undefined || args[0].startsWith('-') ? [path.join(root, 'examples')] : [];
process.argv.splice(2, args.length, 'serve', ...folder, ...args);
await import('../apps/cli/bin/graft.mjs');
