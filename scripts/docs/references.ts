import path from 'node:path';
import { builtInEntries, selectedModels } from '@graft/backends/catalogue';
import { trainableFamilies } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { format, resolveConfig } from 'prettier';
import { createProgram } from '../../apps/cli/program.ts';
import { readableTypes } from '@graft/training/formats';
import { commandsReference } from './commands-reference.ts';
import { familiesReference } from './families-reference.ts';
import { modelsReference } from './models-reference.ts';
import { nodesReference } from './nodes-reference.ts';

export const root = path.resolve(import.meta.dirname, '../..');

/** The generated pages, by path below the root, as `npm run docs` writes them. */
export async function references(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'docs/commands.md': commandsReference(createProgram(() => undefined)),
    'docs/families.md': familiesReference({
      architectures: trainableFamilies,
      tensorTypes: readableTypes,
    }),
    'docs/models.md': modelsReference(builtInEntries, selectedModels),
    'docs/nodes.md': nodesReference([...registry.values()]),
  };
  const formatted = Object.entries(pages).map(async ([page, text]) => {
    const filepath = path.join(root, page);
    return [page, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return new Map(await Promise.all(formatted));
}
