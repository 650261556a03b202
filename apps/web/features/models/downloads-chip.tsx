import { useOverlay } from '../../kit/stores.ts';
import { downloadsLine } from './downloads-line.ts';
import { useDownloads, useFinishedDownloads } from './use-models.ts';

/** In the header: the downloads and conversions of models under way or failed, wherever one is; leads to them. */
export function DownloadsChip() {
  const downloads = useDownloads();
  useFinishedDownloads(downloads);
  const all = [...downloads.values()];
  const isGoing = all.some(({ problem }) => problem === undefined);
  const first = all.find(({ problem }) => (problem === undefined) === isGoing);
  if (first === undefined) return null;
  return (
    <button
      type="button"
      className="chip inline-flex max-w-72 min-w-0 items-center gap-1.5 hover:underline"
      data-tone={isGoing ? 'working' : 'bad'}
      data-testid="downloads"
      title={isGoing ? 'Show the downloads of models' : 'Show why the download failed'}
      onClick={() =>
        useOverlay.getState().show({
          modelQuestion: { kind: undefined, current: '', first: first.madeOf ?? first.model },
        })
      }
    >
      <span
        aria-hidden
        className={`size-1.5 shrink-0 rounded-full ${isGoing ? 'bg-working' : 'bg-error'}`}
      />
      <span className="truncate tabular-nums">{downloadsLine(all)}</span>
    </button>
  );
}
