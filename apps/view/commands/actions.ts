/** A run, or a node of it by its path. */
export interface ComparedSide {
  readonly run: string;
  readonly node?: string;
}

/** What features do for each other without knowing each other, where it takes more than a command: something to do it to. */
export interface Actions {
  /** Sets runs, or nodes of them, beside each other. */
  compareSides(sides: readonly ComparedSide[]): void;
  /** Runs the graph with what the form of the app view holds. */
  runForm(): Promise<void>;
  /** Text for the clipboard of what is selected; undefined when nothing is. */
  copySelected(): string | undefined;
  /** Deletes what is selected as one edit. */
  deleteSelected(): void;
  /** Whether an edge is selected where it can be seen. */
  hasSelectedEdge(): boolean;
  /** Pastes the text of copied nodes. False where it is none, or no file is open. */
  pasteCopied(text: string): boolean;
}

const provided: Partial<Actions> = {};

/** Tells how actions are done: each by the feature that owns it, put together by the shell. */
export function provideActions(actions: Partial<Actions>): void {
  Object.assign(provided, actions);
}

/** How an action is done. */
export function action<Name extends keyof Actions>(name: Name): Actions[Name] {
  const found = provided[name];
  if (found === undefined) throw new Error(`No feature provides the action "${name}".`);
  return found;
}
