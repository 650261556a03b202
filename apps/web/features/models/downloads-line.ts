import { shortModelName } from '@graft/graph';
import type { Download } from './use-models.ts';

/** From 0 to 1; undefined while the end is not known. */
export function shareOf({ progress }: Download): number | undefined {
  return progress?.total === undefined ? undefined : Math.min(1, progress.done / progress.total);
}

/** `34 %` */
export const percentOf = (share: number): string => `${Math.floor(100 * share)} %`;

/** What a download of a model begins with that needs consent: `accept the Gemma licence`. */
export function acceptStep(licence: { readonly id: string }): string {
  const { id } = licence;
  return /\b(?:licen[cs]e|terms)$/i.test(id) ? `accept ${id}` : `accept the ${id} licence`;
}

/** `Qwen3-1.7B-GGUF:Q4_K_M 34 %`, `2 downloads 34 %`, `Qwen3-1.7B-GGUF:Q4_K_M failed` */
export function downloadsLine(downloads: readonly Download[]): string {
  const going = downloads.filter(({ problem }) => problem === undefined);
  const [first] = going.length > 0 ? going : downloads;
  if (first === undefined) return '';
  if (going.length === 0)
    return downloads.length > 1
      ? `${downloads.length} downloads failed`
      : `${shortModelName(first.model)} failed`;
  const name = going.length > 1 ? `${going.length} downloads` : shortModelName(first.model);
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
