import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { WorkspaceFiles } from '../uploads/workspace-files.ts';
import { sentBody } from './sent-body.ts';

// Takes files into a workspace as a server does, and is killed before it places the one of a number.
const [root = '', number = '1', files = '{}'] = process.argv.slice(2);
const link = promises.link.bind(promises);
let placed = 0;
promises.link = (...args) => {
  placed += 1;
  if (placed >= Number(number)) process.kill(process.pid, 'SIGKILL');
  return link(...args);
};
syncBuiltinESMExports();
const sent: Record<string, string> = JSON.parse(files);
await new WorkspaceFiles({ root, scratchFolder: join(root, '.graft/scratch') }).receive(
  sentBody(sent),
  { renamed: false },
);
