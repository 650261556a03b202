import { create } from 'zustand';
import { startGiven } from '../state/run-actions.ts';
import type { GraphFunction } from './graph-function.ts';

interface AppState {
  /** The file that all this is of. */
  readonly file: string | undefined;
  /** What was typed for inputs, by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** What was set of exposed parameters, by name; the rest is as in the file. */
  readonly values: Readonly<Record<string, unknown>>;
  give(input: string, text: string): void;
  set(param: string, value: unknown): void;
  /** Forgets what was typed for another file. */
  begin(file: string | undefined): void;
}

/** What is filled into the form of the open graph: nothing here is saved with it. */
export const useApp = create<AppState>()((set) => ({
  file: undefined,
  texts: {},
  values: {},
  give: (input, text) => set((state) => ({ texts: { ...state.texts, [input]: text } })),
  set: (param, value) =>
    set((state) => {
      const { [param]: _before, ...others } = state.values;
      return { values: value === undefined ? others : { ...others, [param]: value } };
    }),
  begin: (file) => set((state) => (state.file === file ? state : { file, texts: {}, values: {} })),
}));

const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** Titles of what has to be given and is not. */
export function missingInputs(
  { inputs }: GraphFunction,
  texts: AppState['texts'],
): readonly string[] {
  return inputs
    .filter(({ name, without }) => without === undefined && isBlank(texts[name]))
    .map(({ title }) => title);
}

/** Runs the graph with what the form holds, as far as its outputs need. */
export async function runApp({ inputs, params, wanted }: GraphFunction): Promise<void> {
  const { texts, values } = useApp.getState();
  const given = inputs.filter(({ name }) => !isBlank(texts[name]));
  await startGiven({
    inputs: Object.fromEntries(
      given
        .filter(({ settings }) => settings === undefined)
        .map(({ name }) => [name, texts[name] ?? '']),
    ),
    set: [
      ...given.flatMap(({ name, settings }) => settings?.(texts[name] ?? '') ?? []),
      ...params.flatMap(({ field: { name }, node, param }) =>
        Object.hasOwn(values, name) ? [{ node, param, value: values[name] }] : [],
      ),
    ],
    ...wanted,
  });
}
