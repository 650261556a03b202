/** What features do for each other without knowing each other, where it takes more than a command: something to do it to. */
export interface Actions {
  /** Runs the graph with what the form of the app view holds. */
  runForm(): Promise<void>;
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
