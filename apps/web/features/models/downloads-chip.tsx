import { useOverlay } from '../../kit/stores.ts';
import { percentOf, shareOf } from './download.tsx';
import { useDownloads, useFinishedDownloads, type Download } from './use-models.ts';

/** The last part of a name, which tells models apart: `Qwen3-1.7B-GGUF:Q4_K_M`. */
const shortName = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** `Qwen3-1.7B-GGUF:Q4_K_M 34 %`, `2 downloads 34 %`, `Qwen3-1.7B-GGUF:Q4_K_M failed` */
export function downloadsLine(downloads: readonly Download[]): string {
  const going = downloads.filter(({ problem }) => problem === undefined);
  const [first] = going.length > 0 ? going : downloads;
  if (first === undefined) return '';
  if (going.length === 0)
    return downloads.length > 1
      ? `${downloads.length} downloads failed`
      : `${shortName(first.model)} failed`;
  const name = going.length > 1 ? `${going.length} downloads` : shortName(first.model);
  const share = shareOfAll(going);
  return share === undefined ? name : `${name} ${percentOf(share)}`;
}

/** Undefined while the size of one is not known. */
function shareOfAll(going: readonly Download[]): number | undefined {
  const [only] = going;
  if (only !== undefined && going.length === 1) return shareOf(only);
  const sums = going.reduce(
    ({ done, total }, { progress }) => ({
      done: done + (progress?.done ?? 0),
      total: total + (progress?.total ?? Number.NaN),
    }),
    { done: 0, total: 0 },
  );
  return Number.isNaN(sums.total) ? undefined : sums.done / sums.total;
}

/** In the header: the downloads of models under way or failed, wherever one is; leads to them. */
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
        useOverlay
          .getState()
          .show({ modelQuestion: { kind: undefined, current: '', first: first.model } })
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
