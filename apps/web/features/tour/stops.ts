import { keyName } from '../../kit/chord.ts';

/** A stop of the tour. */
export interface Stop {
  readonly title: string;
  readonly says: string;
  /** A selector for the explained element; the text is shown even if the element is hidden. */
  readonly about: string;
  /**
   * `run`: its button runs the graph. `wait`: goes on to the next stop when that run has succeeded. `result`: shows its result.
   * The tour leaves these out if the graph cannot run.
   */
  readonly part?: 'run' | 'wait' | 'result';
}

/** The stops of a graph that can run. */
export const stops: readonly Stop[] = [
  {
    title: 'A graph is a pipeline',
    says: 'Each card is one step, and connections carry its results to the next. Read from left to right: documents, passages, prompts, answers.',
    about: '.react-flow',
  },
  {
    title: 'Build by adding nodes',
    says: `Drag one onto the canvas, or press ${keyName('K')} and type what you want: vector, split, pdf. Drop a connection on empty canvas to see what fits.`,
    about: '[aria-label="Palette"]',
  },
  {
    title: 'One graph, three views',
    says: 'Notebook shows the same graph as cells to read; App is a page for colleagues who only want to ask. Press ? for all keys.',
    about: '.view-switch',
  },
  {
    title: 'Now run it',
    says: `Graft computes what is new and reuses the rest from earlier runs. Later, press ${keyName('↵')} at any time.`,
    about: 'header .button.go, header .button.stop',
    part: 'run',
  },
  {
    title: 'Each card shows its progress',
    says: 'Answers appear as they are written. The run is recorded in the panel below: later you can open it, restore its graph, or compare it with another.',
    about: '.react-flow',
    part: 'wait',
  },
  {
    title: 'Here is the result',
    says: 'A citation opens its passage in the document, and the line below an answer shows where it went wrong. Select a card to see what that step did, or ask the graph a question of your own.',
    about: '[aria-label="Inspector"]',
    part: 'result',
  },
];

/** The stops where there is nothing to run. */
export const stopsWithoutRun = stops.filter(({ part }) => part === undefined);

/** What the tour says in place of "wait", and last, where the run has not succeeded. */
export const stopped = {
  title: 'The run did not finish',
  says: 'Its card says what is wrong and what to do. Leave the tour, fix it, and press Run again.',
};
