import {
  fitOfModels,
  modelMemory,
  selectedFacts,
  type ListedModel,
  type ModelMachine,
  type OfferedFacts,
  type SelectedModel,
} from '@graft/backends/catalogue';
import { parseHubReference, type ModelEntry } from '@graft/graph';

/** A model of the catalogue, or of the hub and worth choosing, as somebody chooses it. */
export interface OfferedModel {
  readonly facts: OfferedFacts;
  /** Precision of the weights: `q4_k_m`, `fp32`. */
  readonly dtype: string;
  readonly licence: ModelEntry['licence'];
  /** All of its files are here. */
  readonly installed: boolean;
  readonly imported: boolean;
  /** Bytes that are here, of an unfinished download too. */
  readonly received: number;
  /** Bytes that it takes once it is loaded: of a language model the weights alone, whose contexts come on top. */
  readonly memory: number;
  /** It suits this machine: why, in one sentence. `best`: the one to take where nobody has a preference. */
  readonly recommended?: { readonly reason: string; readonly best?: true };
  /** Of a model worth choosing: what was verified of it and what was not, in one sentence. */
  readonly tested?: string;
}

/** The models of the catalogue, then those of the hub that are worth choosing and not in it yet. */
export function offeredModels(
  listed: readonly ListedModel[],
  selection: readonly SelectedModel[],
  machine: ModelMachine,
): OfferedModel[] {
  const selected = new Map(selection.map((model) => [model.id, model]));
  const fitting = fitOfModels(selection, machine).filter(({ fits }) => fits === 'well');
  const suitable = new Map(
    fitting.map(({ model, reason, best }) => [
      model.id,
      { reason, ...(best === undefined ? {} : { best }) },
    ]),
  );
  const about = (id: string): Pick<OfferedModel, 'recommended' | 'tested'> => {
    const recommended = suitable.get(id);
    const model = selected.get(id);
    return {
      ...(recommended === undefined ? {} : { recommended }),
      ...(model === undefined ? {} : { tested: model.tested }),
    };
  };
  const known = new Set(listed.map(({ entry }) => entry.id));
  const others = selection.filter(({ id }) => !known.has(id));
  return [
    ...listed.map(({ entry, facts, installed, imported, bytes, partial }) => ({
      ...{ facts, dtype: entry.dtype, licence: entry.licence, installed, imported },
      ...{ received: bytes + partial, memory: modelMemory(facts), ...about(entry.id) },
    })),
    ...others.map((model) => {
      const { id, licence } = model;
      const facts = selectedFacts(model);
      return {
        ...{ facts, licence, installed: false, imported: false },
        dtype: parseHubReference(id)?.quant?.toLowerCase() ?? 'unknown',
        ...{ received: 0, memory: modelMemory(facts), ...about(id) },
      };
    }),
  ];
}
