import type { Chord } from './chord.ts';

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
  /** Left out of the command menu: it makes sense only where it was pointed at. */
  readonly hidden?: boolean;
  /** Whether there is something to do it to; absent: always. */
  enabled?(): boolean;
  run(): void;
}
