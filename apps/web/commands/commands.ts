import { arrangeCommands } from './arrange-commands.ts';
import type { Command } from './command.ts';
import { editCommands } from './edit-commands.ts';
import { fileCommands } from './file-commands.ts';
import { foldCommands } from './fold-commands.ts';
import { fullPageCommands } from './full-page-commands.ts';
import { noteCommands } from './note-commands.ts';
import { runCommands } from './run-commands.ts';
import { subgraphCommands } from './subgraph-commands.ts';
import { viewCommands } from './view-commands.ts';

/** Everything that can be done from anywhere. Keys, command menu, context menus and shortcut sheet draw on this list. */
export const commands: readonly Command[] = [
  ...fullPageCommands,
  ...runCommands,
  ...fileCommands,
  ...noteCommands,
  ...editCommands,
  ...arrangeCommands,
  ...foldCommands,
  ...subgraphCommands,
  ...viewCommands,
];

const byId = new Map(commands.map((command) => [command.id, command]));

export function commandOf(id: string): Command {
  const command = byId.get(id);
  if (command === undefined) throw new Error(`There is no command "${id}".`);
  return command;
}

/** Does a command where there is something to do it to. */
export function runCommand(command: Command): void {
  if (command.enabled?.() !== false) command.run();
}
