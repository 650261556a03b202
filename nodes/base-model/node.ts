import { defineNode, Model, type ParamMeta, shortModelName } from '@graft/graph';
import { z } from 'zod';

export const baseModel = defineNode({
  type: 'base-model',
  version: 1,
  implementation: 2,
  title: 'Base model',
  group: 'language-model',
  doc: 'Chooses a language model from the catalogue. Graft downloads and verifies its weights when a node first uses them.',
  synonyms: ['llm', 'language model', 'gguf', 'weights'],
  inputs: {},
  outputs: {
    model: { type: Model, doc: 'The chosen model, identified by the digest of its weights.' },
  },
  params: z.strictObject({
    model: z
      .string()
      .min(1)
      .default('SmolLM2-135M-Instruct')
      .meta({
        title: 'Model',
        description:
          'Choose from the list, or press All models … to find one on this computer, in Ollama, in LM Studio or on the hub.',
        control: 'model',
        modelKind: 'language-model',
      } satisfies ParamMeta),
  }),
  summary: ({ model }) => [['model', shortModelName(model)]],
  caching: 'pure',
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  facets({ model }, _inputs, models) {
    const facts = models(model);
    if (facts === undefined) return {};
    const { id, digest, architecture, contextLength } = facts;
    return { model: { model: { id, digest, architecture, contextLength } } };
  },
  check({ model }, _inputs, models) {
    const facts = models(model);
    if (facts === undefined || facts.kind === 'language-model') return [];
    return [
      {
        param: 'model',
        message: `"${model}" is not a language model (kind: ${facts.kind}). Choose a language model.`,
      },
    ];
  },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
