import type { Command } from './command.ts';

let list: readonly Command[] = [];
let byId: ReadonlyMap<string, Command> = new Map();

/** Sets everything that can be done from anywhere, before anything is drawn: of one key, the command that comes first has it. */
export function provideCommands(commands: readonly Command[]): void {
  list = commands;
  byId = new Map(commands.map((command) => [command.id, command]));
}

/** Everything that can be done from anywhere. Keys, command menu, context menus and shortcut sheet draw on this list. */
export const allCommands = (): readonly Command[] => list;

export function commandOf(id: string): Command {
  const command = byId.get(id);
  if (command === undefined) throw new Error(`There is no command "${id}".`);
  return command;
}

/** Does a command where there is something to do it to. */
export function runCommand(command: Command): void {
  if (command.enabled?.() !== false) command.run();
}
