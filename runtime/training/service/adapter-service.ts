import { copyFile } from 'node:fs/promises';
import { adapterGguf, GraphError, type Training } from '@graft/graph';
import path from 'node:path';
import {
  adapterBase,
  recordedBase,
  writeAdapterFolder,
  type AdapterBase,
} from '../adapters/adapter-folder.ts';
import { isDora } from '../adapters/adapter.ts';
import { checkAgainstBase, checkRank } from '../adapters/check-base.ts';
import { compareModules, type ComparedAdapter } from '../adapters/compare-adapters.ts';
import { writeGgufAdapter } from '../adapters/gguf-adapter.ts';
import { mergeAdapters } from '../adapters/merge-adapters.ts';
import { mergeIntoGguf } from '../adapters/merge-into-gguf.ts';
import { peftConfig, readPeftAdapter, writePeftTensors } from '../adapters/peft.ts';
import { openBaseModel } from '../architectures/base-model.ts';
import { fitsHalf } from '../formats/half.ts';
import { ggufFile, modelGguf, modelRef, type ModelResolver } from './model-file.ts';
import { writeRandomModel } from './random-model.ts';
import { readAdapter } from './read-adapter.ts';

/** The operations of `Training` on adapters and models on disk. */
export type AdapterService = Pick<
  Training,
  | 'importAdapter'
  | 'mergeAdapters'
  | 'encodeAdapter'
  | 'mergeIntoModel'
  | 'compareAdapters'
  | 'randomModel'
>;
type Loaded = Parameters<typeof mergeAdapters>[0][number];
type Weighted = Parameters<Training['compareAdapters']>[0];

/** Works in this process, one module or tensor at a time, and yields in between. */
export function createAdapterService({
  resolveModel,
}: {
  readonly resolveModel: ModelResolver;
}): AdapterService {
  return {
    async importAdapter({ path: location, model, folder }, signal) {
      const { config } = await openBaseModel(await resolveModel(model));
      signal.throwIfAborted();
      const adapter = await readAdapter(location, config);
      checkAgainstBase(adapter, { id: model.id, config }, location);
      const id = path.basename(location).replace(/\.gguf$/, '');
      return writeAdapterFolder(adapter, adapterBase(model, config), { folder, id, signal });
    },

    async mergeAdapters({ adapters, method, rank, folder, ...options }, signal) {
      const base = commonBase(adapters);
      const loaded = await Promise.all(adapters.map(load));
      const merged = await mergeAdapters(
        loaded,
        { ...options, method, ...(rank === 0 ? {} : { rank }) },
        signal,
      );
      const id = `${method} of ${adapters.map(({ info }) => info.id).join(' + ')}`;
      for (const [name, module] of merged.modules) checkRank(id, name, module);
      return writeAdapterFolder(merged, base, { folder, id, signal });
    },

    async encodeAdapter({ adapter: { path: from, info }, encoding, folder }, signal) {
      const adapter = await readPeftAdapter(from);
      signal.throwIfAborted();
      for (const [name, { a, b, magnitude }] of adapter.modules) {
        if (fitsHalf(a) && fitsHalf(b) && (magnitude === undefined || fitsHalf(magnitude)))
          continue;
        throw new GraphError(
          'bad-input',
          `${name} of the adapter ${info.id} has numbers above 65,504, which f16 cannot hold. Write it as f32.`,
        );
      }
      await copyFile(path.join(from, peftConfig), path.join(folder, peftConfig));
      await writePeftTensors(folder, adapter, encoding);
      if (isDora(adapter)) return;
      const { config } = recordedBase(info, from);
      await writeGgufAdapter(path.join(folder, adapterGguf), adapter, { ...config, encoding });
    },

    async mergeIntoModel({ model, adapters, encoding, folder }, { signal, progress }) {
      const location = await ggufFile(await resolveModel(model), model.id);
      const { config } = await openBaseModel(location);
      await mergeIntoGguf(location, await Promise.all(adapters.map(load)), {
        file: path.join(folder, modelGguf),
        encoding,
        signal,
        progress: (done, total) => progress({ done, total, unit: 'tensors' }),
      });
      const id = [model.id, ...adapters.map(({ info }) => info.id)].join(' + ');
      return modelRef(folder, { id, config }, signal);
    },

    async compareAdapters(one, other, signal) {
      const [left, right] = await Promise.all([loadCompared(one), loadCompared(other)]);
      return compareModules(left, right, signal);
    },

    async randomModel(request, signal) {
      return writeRandomModel(await resolveModel(request.like), request, signal);
    },
  };
}

/** Reads an adapter folder that Graft wrote. */
async function load({ path: folder, info, weight }: Weighted): Promise<Loaded> {
  return { name: info.id, adapter: await readPeftAdapter(folder), weight };
}

async function loadCompared(adapter: Weighted): Promise<ComparedAdapter> {
  const norms = new Map(adapter.info.modules.map(({ path: name, norm }) => [name, norm]));
  return { ...(await load(adapter)), norms };
}

/** The common base of all adapters; throws `facet-mismatch`. */
function commonBase(adapters: readonly Weighted[]): AdapterBase {
  const [first] = adapters;
  if (first === undefined)
    throw new GraphError('missing-input', 'There are no adapters to merge. Connect some.');
  const other = adapters.find(({ info }) => info.base.digest !== first.info.base.digest);
  if (other === undefined) return recordedBase(first.info, first.path);
  throw new GraphError(
    'facet-mismatch',
    `${first.info.id} was trained on ${first.info.base.id}, but ${other.info.id} on ${other.info.base.id}. Merge only adapters of the same base.`,
  );
}
