import {
  emptyGraph,
  GraphError,
  noFile,
  parseEdge,
  type Graph,
  type ModelFacts,
} from '@graft/graph';
import type { WorkspaceModels } from '../workers/workspace-models.ts';
import type { GraphRuns } from './graph-runs.ts';
import type { RunHandle } from './run-handle.ts';

/** A language model of this computer, or one that a server answers with. */
export type TriedModel =
  | { readonly id: string }
  | {
      readonly url: string;
      readonly model: string;
      /** Name of the secret that the server gets as the key. */
      readonly secret?: string | undefined;
    };

/** Tokens: enough to see how a model writes, and of prompt and answer together. */
const answerTokens = 120;
const contextTokens = 2_048;

export interface ModelTrialsParts {
  readonly models: Pick<WorkspaceModels, 'installed'>;
  readonly runs: Pick<GraphRuns, 'startRecorded'>;
}

/**
 * Asks models single prompts before somebody uses them. A trial is a run without a file. Like any run, it waits for its
 * turn, claims memory, is cached and can be cancelled. Lists of runs leave it out.
 */
export class ModelTrials {
  readonly #parts: ModelTrialsParts;

  constructor(parts: ModelTrialsParts) {
    this.#parts = parts;
  }

  /** Answers greedily, with at most 120 tokens. Throws `bad-model` for a model that is not on this computer. */
  async start(tried: TriedModel, prompt: string): Promise<RunHandle> {
    const facts = 'id' in tried ? await this.#parts.models.installed(tried.id) : undefined;
    if (facts !== undefined && facts.kind !== 'language-model')
      throw new GraphError(
        'bad-model',
        `"${facts.id}" is not a language model, so it cannot answer. Choose a language model.`,
      );
    const graph = trialGraph(tried, { prompt, facts });
    return this.#parts.runs.startRecorded(graph, noFile, { origin: { scope: 'trial' }, set: {} });
  }
}

function trialGraph(
  tried: TriedModel,
  { prompt, facts }: { readonly prompt: string; readonly facts: ModelFacts | undefined },
): Graph {
  const context = Math.min(contextTokens, facts?.contextLength ?? contextTokens);
  const asking = {
    ...{ system: '', temperature: 0, context, parallel: 1 },
    maxTokens: Math.min(answerTokens, Math.floor(context / 2)),
  };
  const node = (type: string, params: Record<string, unknown>) => ({ type, version: 1, params });
  return {
    ...emptyGraph,
    nodes: {
      // One prompt, whatever line breaks were pasted into it.
      ask: node('questions', { questions: prompt.replace(/\s+/g, ' ').trim() }),
      prompt: node('prompt', {}),
      model:
        'id' in tried
          ? node('base-model', { model: tried.id })
          : node('remote-model', { url: tried.url, model: tried.model, key: secretOf(tried) }),
      answer: node('generate', asking),
    },
    edges: [
      'ask.questions -> prompt.questions',
      'prompt.prompts -> answer.prompts',
      'model.model -> answer.model',
    ].map(parseEdge),
  };
}

const secretOf = ({ secret }: { readonly secret?: string | undefined }) =>
  secret === undefined ? null : { $secret: secret };
