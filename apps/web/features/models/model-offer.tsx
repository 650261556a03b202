import { bytes } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, queries, queryClient } from '../../api/client.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { DownloadProgress } from './download.tsx';
import { download, useDownloads } from './use-models.ts';

type Suggested = NonNullable<Awaited<ReturnType<typeof api.models.suggested.query>>>;

/** The hub may take long: nothing else waits for its answer. */
const request = { context: { skipBatch: true } };

const suggested = queries.models.suggested.queryOptions(undefined, {
  ...{ staleTime: Infinity, retry: false, trpc: request },
});

/** Decides what new language model nodes begin with; nobody is asked again. */
async function decide(model: string | null): Promise<void> {
  queryClient.setQueryData(suggested.queryKey, null);
  await api.models.prefer.mutate({ kind: 'language-model', model });
  await queryClient.invalidateQueries({ queryKey: queries.catalogue.models.queryKey() });
}

async function downloadAndUse({ id }: Suggested): Promise<void> {
  // A first look that goes on would be taken for one after the download began.
  await queryClient.cancelQueries({ queryKey: queries.models.downloads.queryKey() });
  await Promise.all([download({ id }), decide(id)]);
}

/** Offers once the language model that suits this computer, to somebody who has none for more than trying out. */
export function ModelOffer() {
  const { data: model } = useQuery(suggested);
  const [taken, take] = useState<Suggested>();
  const shown = taken ?? model;
  if (shown === null || shown === undefined) return null;
  const { title, size, licence, reason } = shown;
  return (
    <section
      aria-label="A model that suits this computer"
      className="rounded-[9px] border border-line bg-panel px-4 py-3"
    >
      {taken === undefined ? (
        <>
          <p>
            This computer suits <b className="font-[550]">{title}</b> ({bytes(size)},{' '}
            <a className="underline" href={licence.url} target="_blank" rel="noreferrer">
              {licence.id}
            </a>
            ).
          </p>
          <p className="mt-0.5 text-sm text-ink-2">{reason}</p>
          <div className="mt-2.5 flex flex-wrap gap-2">
            <button
              type="button"
              className="button"
              title="New language model nodes will begin with it"
              onClick={() => {
                take(shown);
                void downloadAndUse(shown).catch(report);
              }}
            >
              Download and use
            </button>
            <button
              type="button"
              className="button"
              onClick={() => void decide(null).catch(report)}
            >
              Not now
            </button>
          </div>
        </>
      ) : (
        <Coming model={taken} close={() => take(undefined)} />
      )}
    </section>
  );
}

/** What has become of a model that was taken. */
function Coming({ model, close }: { readonly model: Suggested; readonly close: () => void }) {
  const { id, title } = model;
  const coming = useDownloads().get(id);
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const isHere = offered?.models.some(({ facts, installed }) => facts.id === id && installed);
  return (
    <>
      <p>
        New language model nodes begin with <b className="font-[550]">{title}</b>
        {isHere === true ? '.' : ' once it is here.'}
      </p>
      {coming === undefined ? null : <DownloadProgress coming={coming} />}
      <div className="mt-2.5 flex flex-wrap gap-2">
        {coming?.problem === undefined ? null : (
          <button
            type="button"
            className="button"
            onClick={() => void download({ id }).catch(report)}
          >
            Try again
          </button>
        )}
        <button type="button" className="button" onClick={close}>
          {isHere === true ? 'Close' : 'Hide'}
        </button>
      </div>
    </>
  );
}
