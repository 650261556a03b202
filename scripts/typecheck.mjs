// npm run typecheck: the types of the whole project. Packages that have the same globals are one program, so that what they share is read once.
import path from 'node:path';
import { runProcess } from './run-process.mjs';

const root = path.resolve(import.meta.dirname, '..');
/** The native compiler; what lints needs the older one, which has an interface for that. */
const compiler = path.join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');

for (const project of [
  'tsconfig.json',
  'runtime/graph/tsconfig.json',
  'tsconfig.server.json',
  'tsconfig.page.json',
  'bench/tsconfig.json',
  'e2e/tsconfig.json',
]) {
  const { code } = await runProcess(process.execPath, [compiler, '--noEmit', '-p', project], {
    cwd: root,
  });
  if (code !== 0) process.exitCode = 1;
}
