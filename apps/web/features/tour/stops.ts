import { keyName } from '../../kit/platform.ts';

/** One thing that the tour shows. */
export interface Stop {
  readonly title: string;
  readonly says: string;
  /** What of the screen it is about; where that is folded away or not there, it is said all the same. */
  readonly about: string;
}

/** The way through the screen, read in less than a minute. */
export const stops: readonly Stop[] = [
  {
    title: 'A graph is a pipeline',
    says: 'Each card is one step, and edges carry what it makes to the next. Read from left to right: documents, passages, prompts, answers.',
    about: '.react-flow',
  },
  {
    title: 'Run computes what is new',
    says: `What has not changed is reused, and every result is kept. ${keyName('↵')} runs; Plan says beforehand what would run, and why.`,
    about: 'header .button.go, header .button.stop',
  },
  {
    title: 'Look into every step',
    says: 'Select a card: its parameters as a form, all that came out of it, and why it ran. With nothing selected, ask the graph a question of your own.',
    about: '[aria-label="Inspector"]',
  },
  {
    title: 'Build by adding nodes',
    says: `Drag one onto the canvas, or press ${keyName('K')} and type what you want: vector, split, pdf. Drop an edge on empty canvas to see what fits.`,
    about: '[aria-label="Palette"]',
  },
  {
    title: 'Runs are kept',
    says: 'Look back at one, restore its graph, or compare two: parameters, answers, hits gained and lost, with intervals.',
    about: '[aria-label="Runs"]',
  },
  {
    title: 'One graph, three views',
    says: 'Notebook reads the same graph as a page; App is a form for colleagues who only want to ask. Press ? for every key.',
    about: '.view-switch',
  },
];
