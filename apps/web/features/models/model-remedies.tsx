import { parseHubReference, type ModelKind } from '@graft/graph';
import { bytes } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { report } from '../../api/graphs/graph-file.ts';
import {
  CancelConversionButton,
  DownloadButton,
  DownloadProgress,
  PauseButton,
} from './download.tsx';
import { download, useDownloads } from './use-models.ts';

interface ModelRemediesProps {
  /** The id of the missing model. */
  readonly id: string;
  readonly kind: ModelKind | undefined;
  readonly choose: (id: string) => void;
  /** The node that names it, on the screen. */
  readonly node?: string | undefined;
}

/** Ways to get a model that is named but missing; nothing for an available one. */
export function ModelRemedies({ id, kind, choose, node }: ModelRemediesProps) {
  const { data } = useQuery(queries.models.offered.queryOptions());
  const coming = useDownloads().get(id);
  const locked = useDocument(({ graph }) => graph.lock.models[id]);
  const model = data?.models.find(({ facts }) => facts.id === id);
  const fits = model !== undefined && (kind === undefined || model.facts.kind === kind);
  if (data === undefined || id === '' || (fits && model.installed)) return null;
  const ask = (importing: boolean): void =>
    useOverlay.getState().show({
      modelQuestion: {
        ...{ kind, current: id, choose, importing, first: coming?.madeOf ?? id },
        ...(node === undefined ? {} : { node }),
      },
    });
  // The source in the graph's lock. For an id in a file, only the hub is asked.
  const source = locked?.source?.startsWith('hf:') === true ? locked.source : undefined;
  const isOnHub = parseHubReference(id) !== undefined;
  const isComing = coming !== undefined && coming.problem === undefined;
  return (
    <div role="group" aria-label={`${id} is missing`} data-testid="model-remedies">
      {coming === undefined ? (
        <p className="text-ink-2">
          {model === undefined
            ? isOnHub
              ? `${id} is not downloaded.`
              : `${id} is not in the catalogue.`
            : fits
              ? `${model.facts.title} is not downloaded.`
              : `${model.facts.title} does not fit here.`}
        </p>
      ) : (
        <DownloadProgress coming={coming} />
      )}
      <div className="mt-1 flex flex-wrap gap-1.5">
        {isComing && coming.madeOf !== undefined ? (
          <CancelConversionButton id={id} small />
        ) : isComing ? (
          <PauseButton id={id} small />
        ) : fits ? (
          <DownloadButton
            of={{ id, size: model.facts.size, received: model.received, licence: model.licence }}
            look="small"
          />
        ) : model === undefined && (source !== undefined || isOnHub) ? (
          <button
            type="button"
            className="button small"
            title={source ?? id}
            onClick={() =>
              void download({
                id,
                // A name of the hub says itself where it is.
                ...(isOnHub || source === undefined
                  ? {}
                  : { from: { source, size: locked?.size } }),
              }).catch(report)
            }
          >
            Download{locked?.size === undefined ? '' : ` (${bytes(locked.size)})`}
          </button>
        ) : null}
        {fits ? null : (
          <button type="button" className="button small" onClick={() => ask(true)}>
            Import …
          </button>
        )}
        <button type="button" className="button small" onClick={() => ask(false)}>
          Choose another …
        </button>
      </div>
    </div>
  );
}
