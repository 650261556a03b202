import type { NodeLayout } from '@graft/graph';
import type { AskedQuestion } from '../conversation/conversation-store.ts';
import type { InspectorTab, OpenEnd } from '../screen/screen-store.ts';

/** A run, or a node of it by its path. */
export interface ComparedSide {
  readonly run: string;
  readonly node?: string;
}

/** What features do for each other without knowing each other, where it takes more than a command: something to do it to. */
export interface Actions {
  /** Adds a node of a type beside the selected one, or where there is room. */
  addToCanvas(type: string): void;
  /** Adds a node at the open end of an edge, and connects it. */
  addAtOpenEnd(type: string, openEnd: OpenEnd): void;
  /** Adds a note about a node, below it, where it covers nothing. */
  addNoteAbout(node: string): void;
  /** Runs the graph for one of its saved questions alone, and shows the answer. */
  askAlone(question: AskedQuestion): Promise<void>;
  /** Sets a variant of an experiment beside its baseline. */
  compareVariants(variants: {
    readonly runId: string;
    readonly baseline: string;
    readonly variant: string;
  }): void;
  /** Where a new node has room in the open graph. */
  freePlace(): NodeLayout;
  /** The place of the canvas at a point of the window. */
  canvasPlace(point: NodeLayout): NodeLayout;
  /** Brings a node of the graph that is shown into sight: its card, or its cell. */
  bringIntoSight(node: string): void;
  /** Moves a note up or down on the page of the notebook. */
  moveProse(note: string, step: -1 | 1): void;
  /**
   * Shows the node at a path of the file: its graph is gone into, it is selected and comes into sight. `tab`: what the
   * inspector shows of it; absent: the tab on which such nodes open.
   */
  showNode(path: string, tab?: InspectorTab): void;
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
  /** Pastes copied nodes from their text. False if the text holds no nodes or no file is open. */
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
