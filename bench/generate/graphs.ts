import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, type Graph } from '@graft/graph';
import { z } from 'zod';
import { prose } from '../report/prose.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');

const fileSchema = z.looseObject({
  nodes: z.record(z.string(), z.looseObject({ params: z.record(z.string(), z.unknown()) })),
  edges: z.array(z.string()),
});
type GraphFile = z.infer<typeof fileSchema>;

async function quickstart(): Promise<GraphFile> {
  const text = await readFile(path.join(examples, 'rag-quickstart.graft.json'), 'utf8');
  return fileSchema.parse(JSON.parse(text));
}

/** The quickstart with its first questions. */
export async function quickstartGraph(questions: number): Promise<Graph> {
  const graph = await quickstart();
  const node = graph.nodes['questions'];
  if (node === undefined) throw new Error('The quickstart has no node "questions".');
  node.params['limit'] = questions;
  return parseGraph(JSON.stringify(graph));
}

/** Bytes of the handbook that all prompts begin with: about a thousand tokens. */
const prefixLength = 4_000;
/** Tokens of an answer at most: what is read is to count. */
const maxTokens = 16;

/** Other prompts to the quickstart's model, with its adapters: each begins with the same pages of the handbook. */
export async function sharedPrefixGraph(prompts: number): Promise<Graph> {
  const { nodes, edges } = await quickstart();
  const folder = path.join(examples, 'handbook', 'kilns');
  const pages = await Promise.all(
    (await readdir(folder)).sort().map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const prefix = pages.join('\n\n').slice(0, prefixLength).replaceAll(/[{}]/g, '');
  const { generate } = nodes;
  if (generate === undefined) throw new Error('The quickstart has no node "generate".');
  const others = edges.filter((edge) => !edge.endsWith('-> generate.prompts'));
  const needed = upstreamOf('generate', others);
  const kept = Object.entries(nodes).filter(([id]) => needed.has(id) && id !== 'generate');
  const asked = Array.from({ length: prompts }, (_, at) => `Is this so: ${prose(at, 1)}`);
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        ...Object.fromEntries(kept),
        asked: { type: 'questions', version: 1, params: { questions: asked.join('\n') } },
        prompt: {
          ...{ type: 'prompt', version: 1 },
          params: { template: `${prefix}\n\nQuestion: {question}` },
        },
        generate: { ...generate, params: { ...generate.params, maxTokens } },
      },
      edges: [
        ...others.filter((edge) => needed.has(targetOf(edge))),
        'asked.questions -> prompt.questions',
        'prompt.prompts -> generate.prompts',
      ],
    }),
  );
}

const sourceOf = (edge: string): string => edge.split('.')[0] ?? '';
const targetOf = (edge: string): string => edge.split(' -> ')[1]?.split('.')[0] ?? '';

function upstreamOf(node: string, edges: readonly string[]): Set<string> {
  const found = new Set([node]);
  // A set is walked to its end, also to what was added on the way.
  for (const id of found) {
    for (const edge of edges) if (targetOf(edge) === id) found.add(sourceOf(edge));
  }
  return found;
}
