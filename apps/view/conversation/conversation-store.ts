import { createStore } from 'zustand/vanilla';
import { problemText } from '../document/problem-text.ts';
import { isOver, type RunState } from '../run/run-state.ts';
import type { Feed } from '@graft/graph';

/** An output of the run to show. */
export interface ShownOutput extends Feed {
  readonly name: string;
  readonly doc: string;
}

/** What a person asks: a text, with the reference that a saved question has. */
export interface AskedQuestion {
  readonly question: string;
  readonly reference?: string | undefined;
  readonly answerable?: boolean | undefined;
}

/** Whether adapters take part in an answer. */
export type AdapterUse = 'on' | 'off';

/** One answer to a question, from the moment it is asked for. */
export interface GivenAnswer {
  /** Known to this page only. */
  readonly id: string;
  /** Undefined where the graph has no adapter that can be switched off. */
  readonly adapter: AdapterUse | undefined;
  readonly outputs: readonly ShownOutput[];
  /** Undefined until the server has started it. */
  readonly run: RunState | undefined;
  /** Why it was not started, or why nothing more is known of it. */
  readonly problem: string | undefined;
  /** Stopped before its run was known. */
  readonly stopped: boolean;
}

/** A question with its answers: several where it was asked with and without adapters. */
export interface Turn extends AskedQuestion {
  readonly id: string;
  readonly answers: readonly GivenAnswer[];
}

interface ConversationState {
  /** The file that this belongs to. */
  readonly file: string | undefined;
  /** The question that is being typed. */
  readonly question: string;
  /** How the next question is asked of a graph with adapters. */
  readonly adapters: AdapterUse | 'both';
  /** Newest first. */
  readonly turns: readonly Turn[];
  /** Texts for other inputs, by node: a renamed input keeps its text. */
  readonly texts: Readonly<Record<string, string>>;
  /** Changed parameters, by `valueKey`; all others are as in the file. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The texts and values of the last run that the form started. */
  readonly ran: Pick<ConversationState, 'texts' | 'values'> | undefined;
  /** Starts over for another file, with what was asked of it before. */
  begin(file: string | undefined, turns?: readonly Turn[]): void;
  /** A file is called otherwise from now on. */
  move(from: string, to: string): void;
  type(question: string): void;
  give(input: string, text: string): void;
  /** Sets a parameter; undefined: as in the file. */
  set(key: string, value: unknown): void;
  add(turn: Turn): void;
  /** Adds another answer to a turn. */
  answer(turn: string, answer: GivenAnswer): void;
  /** Puts another answer in the place of one; undefined removes it, and a turn without answers with it. */
  replace(answer: string, by: GivenAnswer | undefined): void;
  remove(turn: string): void;
}

/** The most questions on the screen. */
export const mostTurns = 20;

const empty = {
  question: '',
  adapters: 'on',
  turns: [],
  texts: {},
  values: {},
  ran: undefined,
} as const;

/** What is asked of the open graph and given to it beside its file, which stores none of it. */
export const conversationStore = createStore<ConversationState>()((set) => ({
  file: undefined,
  ...empty,
  begin: (file, turns = []) =>
    set((state) => (state.file === file ? state : { ...empty, file, turns })),
  move: (from, to) => set(({ file }) => (file === from ? { file: to } : {})),
  type: (question) => set({ question }),
  give: (input, text) => set((state) => ({ texts: { ...state.texts, [input]: text } })),
  set: (key, value) =>
    set((state) => {
      const { [key]: _before, ...others } = state.values;
      return { values: value === undefined ? others : { ...others, [key]: value } };
    }),
  add: (turn) => set(({ turns }) => ({ turns: [turn, ...turns].slice(0, mostTurns) })),
  answer: (turn, answer) =>
    set(({ turns }) => ({
      turns: turns.map((each) =>
        each.id === turn ? { ...each, answers: [...each.answers, answer] } : each,
      ),
    })),
  replace: (answer, by) =>
    set(({ turns }) => ({
      turns: turns.flatMap((turn) => {
        if (!turn.answers.some(({ id }) => id === answer)) return [turn];
        const answers = turn.answers.flatMap((each) =>
          each.id !== answer ? [each] : by === undefined ? [] : [by],
        );
        return answers.length === 0 ? [] : [{ ...turn, answers }];
      }),
    })),
  remove: (turn) => set(({ turns }) => ({ turns: turns.filter(({ id }) => id !== turn) })),
}));

/** An answer on the screen, with its turn; undefined once it is removed or another file is open. */
export function answerHeld(
  id: string,
): { readonly turn: Turn; readonly answer: GivenAnswer } | undefined {
  for (const turn of conversationStore.getState().turns) {
    const answer = turn.answers.find((each) => each.id === id);
    if (answer !== undefined) return { turn, answer };
  }
  return undefined;
}

/** Whether nothing more comes of an answer. */
export function isAnswered({ run, problem }: GivenAnswer): boolean {
  return problem !== undefined || (run !== undefined && isOver(run));
}

/** Answers that are still to come. Leaves out those of earlier visits whose run has not been read yet. */
export function answersUnderWay(turns: readonly Turn[]): readonly GivenAnswer[] {
  return turns.flatMap(({ answers }) =>
    answers.filter(
      (answer) => !isAnswered(answer) && (answer.run === undefined || answer.run.seq > 0),
    ),
  );
}

/** Why there is no answer, or only a part of one, as a sentence. */
export function answerProblem({ run, problem }: GivenAnswer): string | undefined {
  if (problem !== undefined) return problem;
  if (run?.status !== 'failed') return undefined;
  return run.error === undefined ? 'The run failed.' : problemText(run.error);
}

/** A typed question as one line: Graft reads a question a line, and each is asked alone. */
export function oneQuestion(text: string): string {
  return text.trim().replace(/\s*[\r\n]+\s*/g, ' ');
}
