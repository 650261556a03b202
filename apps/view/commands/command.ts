import type { View } from '../screen/screen-store.ts';

/**
 * A key with what is held beside it: `mod+shift+z`, `f2`, `?`. `mod` is ⌘ on a Mac, else Ctrl. Digits with Shift
 * are meant by their place on the keyboard, since what they write differs from country to country.
 */
export type Chord = string;

export type CommandGroup = 'Run' | 'File' | 'Edit' | 'View';

/** One thing that can be done: by its key, in the command menu, in a context menu, and listed on the shortcut sheet. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** The first is the one that is shown. */
  readonly keys?: readonly Chord[];
  /** Whether its keys work while a text is edited, where they would else mean something of that text. */
  readonly whileTyping?: boolean;
  /** Its keys are handled elsewhere (by the canvas, or by the browser): here they are only told. */
  readonly keysElsewhere?: boolean;
  /** Where there is nothing to do it to, its keys are the browser's. */
  readonly passOn?: boolean;
  /** Its keys are meant on the canvas only: elsewhere they belong to what has the focus. */
  readonly onCanvas?: boolean;
  /** In the notebook its keys are meant only where a cell itself has the focus, not something within it. */
  readonly onCell?: boolean;
  /** Where what it does can be seen; absent: on the canvas and in the notebook. */
  readonly views?: readonly View[];
  /** The submenu of the context menu in which it stands with others like it. */
  readonly submenu?: 'Arrange';
  /** Left out of the command menu: it makes sense only where it was pointed at. */
  readonly hidden?: boolean;
  /** Whether there is something to do it to; absent: always. */
  enabled?(): boolean;
  run(): void;
}

const editing: readonly View[] = ['canvas', 'notebook'];

/** Whether a command is meant in a view: what cannot be seen is not changed. */
export function belongsTo({ views = editing }: Command, view: View): boolean {
  return views.includes(view);
}

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
