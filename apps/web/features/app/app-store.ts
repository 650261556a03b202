import { sameJson } from '@graft/graph';
import { create } from 'zustand';
import { startGiven } from '../../api/runs/run-actions.ts';
import {
  type GivenParam,
  type GraphFunction,
  graphFunction,
} from '../../api/graphs/graph-function.ts';
import type { Actions } from '@graft/view';

interface AppState {
  /** The file that all this is of. */
  readonly file: string | undefined;
  /** What was typed for inputs, by the node that takes it: an input that is called otherwise keeps its text. */
  readonly texts: Readonly<Record<string, string>>;
  /** What was set of exposed parameters, by `valueKey`; the rest is as in the file. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The same as they were in the last run that was started here. */
  readonly ran: Pick<AppState, 'texts' | 'values'> | undefined;
  give(input: string, text: string): void;
  set(param: GivenParam, value: unknown): void;
  /** Forgets what was typed for another file. */
  begin(file: string | undefined): void;
}

/** Where a parameter stands, whatever it is exposed as. */
export const valueKey = ({ node, param }: GivenParam): string => `${node}.${param}`;

/** What is filled into the form of the open graph: nothing here is saved with it. */
export const useApp = create<AppState>()((set) => ({
  file: undefined,
  texts: {},
  values: {},
  ran: undefined,
  give: (input, text) => set((state) => ({ texts: { ...state.texts, [input]: text } })),
  set: (param, value) =>
    set((state) => {
      const { [valueKey(param)]: _before, ...others } = state.values;
      return { values: value === undefined ? others : { ...others, [valueKey(param)]: value } };
    }),
  begin: (file) =>
    set((state) => (state.file === file ? state : { file, texts: {}, values: {}, ran: undefined })),
}));

/** Whether the form holds something else than what was run. */
export function isChanged({ ran, texts, values }: AppState): boolean {
  return ran !== undefined && !sameJson({ texts, values }, ran);
}

const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** Titles of what has to be given and is not. */
export function missingInputs(
  { inputs }: GraphFunction,
  texts: AppState['texts'],
): readonly string[] {
  return inputs
    .filter(({ node, without }) => without === undefined && isBlank(texts[node]))
    .map(({ title }) => title);
}

/** Runs the graph with what the form holds, as far as its outputs need. */
export async function runApp({ inputs, params, wanted }: GraphFunction): Promise<void> {
  const { file, texts, values } = useApp.getState();
  const given = inputs.filter(({ node }) => !isBlank(texts[node]));
  const isStarted = await startGiven({
    inputs: Object.fromEntries(
      given
        .filter(({ settings }) => settings === undefined)
        .map(({ name, node }) => [name, texts[node] ?? '']),
    ),
    set: [
      ...given.flatMap(({ node, settings }) => settings?.(texts[node] ?? '') ?? []),
      ...params.flatMap((param) => {
        const value = values[valueKey(param)];
        return value === undefined ? [] : [{ node: param.node, param: param.param, value }];
      }),
    ],
    ...wanted,
  });
  // Refused, the outputs stay those of what was run before.
  if (isStarted && useApp.getState().file === file) useApp.setState({ ran: { texts, values } });
}

/** Runs the open graph with what the form holds; not where something is missing, which the form says. */
export async function runForm(): Promise<void> {
  const graph = graphFunction();
  if (graph === undefined || missingInputs(graph, useApp.getState().texts).length > 0) return;
  await runApp(graph);
}

export const appViewActions = { runForm } satisfies Partial<Actions>;
