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
  /** The file that this belongs to. */
  readonly file: string | undefined;
  /** Typed inputs, by node: a renamed input keeps its text. */
  readonly texts: Readonly<Record<string, string>>;
  /** Changed parameters, by `valueKey`; all others are as in the file. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The values of the last run that was started here. */
  readonly ran: Pick<AppState, 'texts' | 'values'> | undefined;
  give(input: string, text: string): void;
  set(param: GivenParam, value: unknown): void;
  /** Starts over for another file. */
  begin(file: string | undefined): void;
}

/** The identity of a parameter, whatever its exposed name. */
export const valueKey = ({ node, param }: GivenParam): string => `${node}.${param}`;

/** The values in the form of the open graph; the file does not store them. */
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

/** Whether the form differs from the last run. */
export function isChanged({ ran, texts, values }: AppState): boolean {
  return ran !== undefined && !sameJson({ texts, values }, ran);
}

const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** Titles of the required inputs that are empty. */
export function missingInputs(
  { inputs }: GraphFunction,
  texts: AppState['texts'],
): readonly string[] {
  return inputs
    .filter(({ node, without }) => without === undefined && isBlank(texts[node]))
    .map(({ title }) => title);
}

/** Runs the graph with the values of the form, as far as its outputs need. */
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
  // After a refusal, the outputs of the last run stay.
  if (isStarted && useApp.getState().file === file) useApp.setState({ ran: { texts, values } });
}

/** Runs the open graph with the values of the form; not if a required input is empty, which the form shows. */
export async function runForm(): Promise<void> {
  const graph = graphFunction();
  if (graph === undefined || missingInputs(graph, useApp.getState().texts).length > 0) return;
  await runApp(graph);
}

export const appViewActions = { runForm } satisfies Partial<Actions>;
