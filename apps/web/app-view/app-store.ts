import { create } from 'zustand';
import { startGiven } from '../state/run-actions.ts';
import type { GraphFunction } from './graph-function.ts';

interface AppState {
  /** The file that all this is of. */
  readonly file: string | undefined;
  /** What was typed for inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What was set of exposed parameters, by name; the rest is as in the file. */
  readonly exposed: Readonly<Record<string, unknown>>;
  give(input: string, text: string): void;
  set(param: string, value: unknown): void;
  /** Forgets what was typed for another file. */
  begin(file: string | undefined): void;
}

/** What is filled into the form of the open graph: nothing here is saved with it. */
export const useApp = create<AppState>()((set) => ({
  file: undefined,
  inputs: {},
  exposed: {},
  give: (input, text) => set((state) => ({ inputs: { ...state.inputs, [input]: text } })),
  set: (param, value) =>
    set((state) => {
      const { [param]: _before, ...others } = state.exposed;
      return { exposed: value === undefined ? others : { ...others, [param]: value } };
    }),
  begin: (file) =>
    set((state) => (state.file === file ? state : { file, inputs: {}, exposed: {} })),
}));

/** The inputs that nothing was written for and that need it. */
export function missingInputs(
  { inputs }: GraphFunction,
  given: AppState['inputs'],
): readonly string[] {
  return inputs
    .filter(({ name, without }) => without === undefined && (given[name] ?? '').trim() === '')
    .map(({ name }) => name);
}

/** Runs the graph with what the form holds, as far as its outputs need. */
export async function runApp({ outputs }: GraphFunction): Promise<void> {
  const { inputs, exposed } = useApp.getState();
  const written = Object.entries(inputs).filter(([, text]) => text.trim() !== '');
  await startGiven({
    inputs: Object.fromEntries(written),
    exposed,
    outputs: outputs.map(({ name }) => name),
  });
}
