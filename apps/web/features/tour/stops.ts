import { keyName } from '../../kit/chord.ts';

/** A stop of the tour. */
export interface Stop {
  readonly title: string;
  readonly says: string;
  /** A selector for the explained element; the text is shown even if the element is hidden. */
  readonly about: string;
}

/** The stops, read in less than a minute. */
export const stops: readonly Stop[] = [
  {
    title: 'A graph is a pipeline',
    says: 'Each card is one step, and connections carry its results to the next. Read from left to right: documents, passages, prompts, answers.',
    about: '.react-flow',
  },
  {
    title: 'Run computes what is new',
    says: `Unchanged steps are reused from earlier runs. Press ${keyName('↵')} to run; Plan shows beforehand what would run, and why.`,
    about: 'header .button.go, header .button.stop',
  },
  {
    title: 'Look into every step',
    says: 'Select a card to see its parameters, its output and why it ran. With nothing selected, ask the graph a question of your own.',
    about: '[aria-label="Inspector"]',
  },
  {
    title: 'Build by adding nodes',
    says: `Drag one onto the canvas, or press ${keyName('K')} and type what you want: vector, split, pdf. Drop a connection on empty canvas to see what fits.`,
    about: '[aria-label="Palette"]',
  },
  {
    title: 'Every run is recorded',
    says: 'Open an earlier run, restore its graph, or compare two runs: parameters, answers, hits gained and lost, with intervals.',
    about: '[aria-label="Runs"]',
  },
  {
    title: 'One graph, three views',
    says: 'Notebook shows the same graph as cells to read; App is a form for colleagues who only want to ask. Press ? for all keys.',
    about: '.view-switch',
  },
];
