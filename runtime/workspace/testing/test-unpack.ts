import { openWorkspace } from '../workspace.ts';
import { workerTestRegistry } from './test-nodes.ts';

// Unpacks a package into a workspace, as a server or a command would.
const [root = '', workerEntry = '', archive = ''] = process.argv.slice(2);
const workspace = await openWorkspace({ root, workerEntry, registry: workerTestRegistry });
process.stdout.write('ready\n');
await workspace.packages.unpack(archive, archive);
await workspace[Symbol.asyncDispose]();
