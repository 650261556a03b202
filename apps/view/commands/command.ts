import type { View } from '../screen/screen-store.ts';

/**
 * A key with its modifiers: `mod+shift+z`, `f2`, `?`. `mod` is ⌘ on a Mac, else Ctrl. Digits with Shift go by their
 * position on the keyboard: the character they type differs between layouts.
 */
export type Chord = string;

export type CommandGroup = 'Run' | 'File' | 'Edit' | 'View';

/** One thing that the user can do: by key, in the command menu, in a context menu; the shortcut sheet lists it. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** Menus show the first. */
  readonly keys?: readonly Chord[];
  /** Its keys work while a text is edited, too. */
  readonly whileTyping?: boolean;
  /** The canvas or the browser handles its keys; here they are only listed. */
  readonly keysElsewhere?: boolean;
  /** While it is disabled, its keys go to the browser. */
  readonly passOn?: boolean;
  /** Its keys work only on the canvas; elsewhere they belong to what has the focus. */
  readonly onCanvas?: boolean;
  /** In the notebook, its keys work only while a cell itself has the focus, not something inside it. */
  readonly onCell?: boolean;
  /** Views in which its effect can be seen; absent: canvas and notebook. */
  readonly views?: readonly View[];
  /** The submenu of the context menu that holds it. */
  readonly submenu?: 'Arrange';
  /** Not in the command menu: it needs something that was pointed at. */
  readonly hidden?: boolean;
  /** Absent: always. */
  enabled?(): boolean;
  run(): void;
}

const editing: readonly View[] = ['canvas', 'notebook'];

/** Whether a command works in a view: nothing changes that cannot be seen. */
export function belongsTo({ views = editing }: Command, view: View): boolean {
  return views.includes(view);
}

let list: readonly Command[] = [];
let byId: ReadonlyMap<string, Command> = new Map();

/** Registers all commands, before anything is drawn. If two share a key, the first one gets it. */
export function provideCommands(commands: readonly Command[]): void {
  list = commands;
  byId = new Map(commands.map((command) => [command.id, command]));
}

/** All commands: keys, command menu, context menus and shortcut sheet read this list. */
export const allCommands = (): readonly Command[] => list;

export function commandOf(id: string): Command {
  const command = byId.get(id);
  if (command === undefined) throw new Error(`There is no command "${id}".`);
  return command;
}

/** Runs a command unless it is disabled. */
export function runCommand(command: Command): void {
  if (command.enabled?.() !== false) command.run();
}
