import type { ArtifactRef, TracePart } from '@graft/graph';
import { createStore } from 'zustand/vanilla';
import { documentStore } from '../document/document-store.ts';
import { runView } from '../run/run-view.ts';

/** How the rows of one output are read. */
export interface OutputReading {
  /** By a column; absent: as they are. */
  readonly order?: { readonly column: string; readonly descending: boolean } | undefined;
  /** The text that is looked for. */
  readonly text?: string;
  /** Whether only rows with the text are shown. */
  readonly only?: boolean;
}

/** Answers of a run, whose questions are followed through its nodes. */
export interface FollowedAnswers {
  readonly run: string;
  readonly answers: ArtifactRef;
}

interface ReadingState {
  /** By `node.port`. */
  readonly outputs: Readonly<Record<string, OutputReading>>;
  /** The question whose row each output shows. */
  readonly question: (FollowedAnswers & { readonly id: string; readonly text: string }) | null;
  /** The part of the wrong answers whose rows alone each output shows. */
  readonly part: (FollowedAnswers & { readonly part: TracePart }) | null;
  read(output: string, change: OutputReading): void;
  follow(question: ReadingState['question']): void;
  showPart(part: ReadingState['part']): void;
}

const nothing = { outputs: {}, question: null, part: null };

/**
 * How a person reads the outputs of the open file. It stays while they move from node to node, until another file opens; what is
 * followed, until another run is shown, whose answers are others.
 */
export const readingStore = createStore<ReadingState>()((set) => ({
  ...nothing,
  read: (output, change) =>
    set(({ outputs }) => ({
      outputs: {
        ...outputs,
        [output]: { ...(Object.hasOwn(outputs, output) ? outputs[output] : {}), ...change },
      },
    })),
  follow: (question) => set({ question }),
  showPart: (part) => set({ part }),
}));

runView.subscribe(({ run }) => {
  const { question, part } = readingStore.getState();
  const isOther = (followed: FollowedAnswers | null): boolean =>
    followed !== null && run !== null && followed.run !== run.runId;
  if (isOther(question) || isOther(part)) readingStore.setState({ question: null, part: null });
});

documentStore.subscribe(({ file }, before) => {
  if (file?.path !== before.file?.path) readingStore.setState(nothing);
});
