#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const built = new URL('../dist/graft.mjs', import.meta.url);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Graft needs Node 20.19 or newer, and this is Node ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else if (!existsSync(built)) {
  process.stderr.write('The command line is not built. Run npm run build in the project first.\n');
  process.exitCode = 1;
} else {
  await import(built.href);
}
