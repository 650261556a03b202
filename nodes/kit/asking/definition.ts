import type {
  FacetClash,
  Facets,
  ModelLookup,
  NodeMigration,
  ParamMeta,
  PortFacets,
} from '@graft/graph';
import { z } from 'zod';

type Words = Pick<ParamMeta, 'advanced'> & Required<Pick<ParamMeta, 'description'>>;

/** Token limits of what a model writes. */
export function maxTokensParam(tokens: number, words: Words) {
  return z
    .int()
    .min(1)
    .max(32_768)
    .default(tokens)
    .meta({ title: 'Max tokens', unit: 'tokens', ...words } satisfies ParamMeta);
}

export function temperatureParam(temperature: number, words: Words) {
  return z
    .number()
    .min(0)
    .max(5)
    .default(temperature)
    .meta({ title: 'Temperature', ...words } satisfies ParamMeta);
}

export function contextParam(tokens: number) {
  return z
    .int()
    .min(128)
    .max(1_048_576)
    .default(tokens)
    .meta({
      title: 'Context',
      unit: 'tokens',
      description: 'Room for a prompt and its answer. A larger context needs more memory.',
      advanced: true,
    } satisfies ParamMeta);
}

export const encodingParam = z
  .enum(['fastest', 'as-published'])
  .default('fastest')
  .meta({
    title: 'Encoding',
    description:
      'How the weights are read. fastest: on a CPU as Q8_0 where that is quicker than the published file; answers then differ by rounding. as-published: as in the file.',
    advanced: true,
  } satisfies ParamMeta);

export const parallelParam = z
  .int()
  .min(1)
  .max(64)
  .default(4)
  .meta({
    title: 'Parallel',
    unit: 'prompts',
    description: 'Prompts answered at once.',
    advanced: true,
  } satisfies ParamMeta);

/** What auto asks of a model whose prompt has passages. */
export const passagesSystem =
  'Use the passages to answer the question in one short sentence, and cite the passage, like [1].';

/** A system prompt; null is auto, which depends on whether a prompt has passages. */
export function systemParam(description: string) {
  return z
    .string()
    .nullable()
    .default(null)
    .meta({
      title: 'System prompt',
      description,
      control: 'multiline',
      places: [],
      auto: `Auto. With passages in the prompt: “${passagesSystem}” Without passages: none.`,
    } satisfies ParamMeta);
}

/** The system prompt of a prompt; empty: none. */
export function systemOf(system: string | null, hasPassages: boolean): string {
  return system ?? (hasPassages ? passagesSystem : '');
}

/** The system prompt of all prompts, as far as it is known before a run. */
export function askedSystem(
  system: string | null,
  prompts: Pick<Facets, 'passages'> | undefined,
): string | undefined {
  const { passages } = prompts ?? {};
  return system ?? (passages === undefined ? undefined : systemOf(system, passages));
}

/** Version 1 sent the text for passages with every prompt, where the file named no other. */
export const systemBecomesAuto: NodeMigration = {
  from: 1,
  name: 'the system prompt depends on the passages',
  params: (params) => ({ system: passagesSystem, ...params }),
};

interface Asking {
  readonly params: { readonly context: number; readonly maxTokens: number };
  /** What the model writes: `An answer`. */
  readonly one: string;
}

/** Clashes that prevent asking a model: its format, its context, or no room for a prompt. */
export function askingClashes(
  { params: { context, maxTokens }, one }: Asking,
  inputs: PortFacets,
  models: ModelLookup,
): FacetClash[] {
  const clashes: FacetClash[] = [];
  const model = inputs['model']?.model;
  const isHere = model !== undefined && model.remote === undefined;
  const format = (isHere ? models(model.id)?.format : undefined) ?? 'gguf';
  if (model !== undefined && format !== 'gguf') {
    clashes.push({
      port: 'model',
      message: `"${model.id}" has the format ${format}, but this node needs GGUF. Choose a model in GGUF.`,
    });
  } else if (model !== undefined && context > model.contextLength) {
    clashes.push({
      ...{ port: 'model', param: 'context' },
      message: `"${model.id}" reads at most ${model.contextLength} tokens. Set the context to that or less.`,
    });
  }
  if (maxTokens >= context) {
    clashes.push({
      param: 'maxTokens',
      message: `${one} of ${maxTokens} tokens leaves no room for a prompt in a context of ${context} tokens. Lower max tokens, or raise the context.`,
    });
  }
  return clashes;
}

/** A prompt for a model; `{name}` is replaced. */
export function promptParam(
  title: string,
  {
    of,
    holds,
    takes = [],
    text,
  }: {
    readonly of: string;
    readonly holds: readonly string[];
    /** Optional names. */
    readonly takes?: readonly string[];
    readonly text: string;
  },
) {
  const marks = holds.map((name) => `{${name}}`);
  const lacks = (prompt: string): string | undefined =>
    marks.find((mark) => !prompt.includes(mark));
  return z
    .string()
    .refine((prompt) => lacks(prompt) === undefined, {
      error: ({ input }) => `must contain ${lacks(String(input)) ?? ''}`,
    })
    .default(text)
    .meta({
      title,
      description: `${of} It must contain ${marks.join(', ')}.`,
      control: 'multiline',
      places: [...holds, ...takes],
      advanced: true,
    } satisfies ParamMeta);
}

interface Judging {
  readonly params: { readonly context: number };
  /** Whether the node asks a model at all. */
  readonly isAsked: boolean;
}

/** Clashes that prevent a yes–no question: no model, or one that tells no probabilities. */
export function judgingClashes(
  { params: { context }, isAsked }: Judging,
  inputs: PortFacets,
  models: ModelLookup,
): FacetClash[] {
  if (!isAsked) return [];
  if (inputs['model'] === undefined) {
    return [
      {
        port: 'model',
        message: 'No model is connected. Connect a Base model, or choose a method without one.',
      },
    ];
  }
  const params = { context, maxTokens: 1 };
  return askingClashes({ params, one: 'A verdict' }, inputs, models);
}
