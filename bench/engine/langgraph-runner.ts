import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { Shape } from './shapes.ts';

export interface PeerTiming {
  /** Milliseconds to build and compile the graph. */
  readonly compile: number;
  /** Milliseconds of one invocation; nothing is kept on disk. */
  readonly run: number;
}

/** The same graph on LangGraph.js: one state channel, written in place so that merging costs it nothing. */
export async function runLangGraph({ parents }: Shape): Promise<PeerTiming> {
  const State = Annotation.Root({
    values: Annotation<number[], [number, number][] | [number, number]>({
      reducer: (values, update) => {
        const [index, value] = update as [number, number];
        values[index] = value;
        return values;
      },
      default: () => [],
    }),
  });
  const startedAt = performance.now();
  const graph = new StateGraph(State);
  const add = graph.addNode.bind(graph) as (
    name: string,
    run: (state: { values: number[] }) => { values: [number, number] },
  ) => unknown;
  const edge = graph.addEdge.bind(graph) as (from: string | string[], to: string) => unknown;
  const children = new Set(parents.flat());
  for (const [i, above] of parents.entries()) {
    add(`n${String(i)}`, ({ values }) => ({
      values: [i, above.reduce((sum, parent) => sum + (values[parent] ?? 0), 1) % 1e9],
    }));
  }
  for (const [i, above] of parents.entries()) {
    const name = `n${String(i)}`;
    const names = [...new Set(above)].map((parent) => `n${String(parent)}`);
    const [only] = names;
    if (only === undefined) edge(START, name);
    else edge(names.length === 1 ? only : names, name);
    if (!children.has(i)) edge(name, END);
  }
  const app = graph.compile();
  const compiledAt = performance.now();
  const { values } = await app.invoke({}, { recursionLimit: parents.length + 10 });
  if (values.length !== parents.length) throw new Error('LangGraph did not run every node.');
  return { compile: compiledAt - startedAt, run: performance.now() - compiledAt };
}
