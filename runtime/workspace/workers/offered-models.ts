import {
  fitOfModels,
  modelMemory,
  selectedFacts,
  type ListedModel,
  type ModelMachine,
  type ModelOrigin,
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
  /** The other tool that keeps it on this computer, whose files Graft reads in place; absent: Graft keeps it. */
  readonly origin?: ModelOrigin;
  /** Why Graft cannot run it although it is here: one sentence. */
  readonly unusable?: string;
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
  const catalogued = listed.map(({ entry, facts, ...here }): OfferedModel => ({
    ...{ facts, dtype: entry.dtype, licence: entry.licence },
    ...{ installed: here.installed, imported: here.imported, received: here.bytes + here.partial },
    ...(here.origin === undefined ? {} : { origin: here.origin }),
    ...(facts.unusable === undefined ? {} : { unusable: facts.unusable }),
    ...{ memory: modelMemory(facts), ...about(entry.id) },
  }));
  const known = new Set(listed.map(({ entry }) => entry.id));
  const others = selection.filter(({ id }) => !known.has(id));
  return [
    ...catalogued,
    ...others.map((model): OfferedModel => {
      const facts = selectedFacts(model);
      return {
        ...{ facts, dtype: parseHubReference(model.id)?.quant?.toLowerCase() ?? 'unknown' },
        ...{ licence: model.licence, installed: false, imported: false, received: 0 },
        ...{ memory: modelMemory(facts), ...about(model.id) },
      };
    }),
  ];
}
