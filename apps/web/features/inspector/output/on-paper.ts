import { Documents, Metrics, type ArtifactRef } from '@graft/graph';
import { mostOnPaper } from '@graft/nodes/kit/ui';
import { useState } from 'react';
import { z } from 'zod';
import { apiUrl } from '../../../api/client.ts';
import { usePrinting } from '../../../kit/notebook/printing.ts';
import { useScreen } from '../../../kit/stores.ts';
import { beginning, type RowWindow } from './row-window.ts';

/** Bytes of rows that one output prints. */
const mostBytes = 20_000_000;
/** Rows that are read at once. */
const mostRead = 100;

type PrintedRows = Pick<RowWindow, 'rows' | 'first' | 'total' | 'cut'>;

const answerSchema = z.object({
  result: z.object({
    data: z.object({
      rows: z.array(z.unknown()),
      cut: z.array(z.object({ at: z.number(), characters: z.number() })),
    }),
  }),
});

/** The answer of the server before anything else happens; undefined where there is none. */
function readNow(procedure: 'page' | 'pick', input: object) {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ input: JSON.stringify(input) });
  try {
    request.open('GET', `${apiUrl}/artifacts.${procedure}?${query.toString()}`, false);
    request.send();
    return answerSchema.parse(JSON.parse(request.responseText)).result.data;
  } catch {
    return undefined;
  }
}

/** The rows that are printed of an output; undefined where they cannot be had, or those that have come are all that it has. */
export function readForPaper(
  artifact: ArtifactRef,
  numbers: readonly number[] | undefined,
  { first, rows }: RowWindow,
): PrintedRows | undefined {
  const { count = 1, size, mediaType } = artifact;
  const total = numbers?.length ?? count;
  const fitting = Math.max(1, Math.floor((mostBytes * count) / Math.max(1, size)));
  const wanted = Math.min(total, mostOnPaper, fitting);
  if (mediaType === Metrics.mediaType || (first === 0 && rows.length >= wanted)) return undefined;
  const asked = {
    artifact,
    ...(mediaType === Documents.mediaType ? { textAtMost: beginning } : {}),
  };
  const read: unknown[] = [];
  const cut = new Map<number, number>();
  let left = mostBytes;
  while (read.length < wanted && left > 0) {
    const offset = read.length;
    const limit = Math.min(wanted - offset, mostRead);
    const picked = numbers?.slice(offset, offset + limit);
    const page =
      picked === undefined
        ? readNow('page', { ...asked, offset, limit })
        : readNow('pick', { ...asked, numbers: picked });
    if (page === undefined || page.rows.length === 0) return undefined;
    for (const row of page.rows) {
      left -= JSON.stringify(row).length;
      // The first ones may be as long as all others.
      if (left >= 0 || read.length === 0) read.push(row);
    }
    for (const { at, characters } of page.cut) cut.set(picked?.[at] ?? offset + at, characters);
  }
  return { rows: read, first: 0, total, cut };
}

/**
 * The rows of an output as they are drawn: while the notebook is printed all that go on paper, and else those of the window. A browser
 * draws the page as soon as it has told that it prints, and waits for nothing: so they are read at once.
 */
export function useOnPaper(
  window: RowWindow,
  artifact: ArtifactRef | undefined,
  numbers: readonly number[] | undefined,
): RowWindow & { readonly onPaper?: true } {
  const [printed, setPrinted] = useState<Partial<PrintedRows>>();
  usePrinting(
    () => {
      if (artifact === undefined || useScreen.getState().view !== 'notebook') return;
      setPrinted(readForPaper(artifact, numbers, window) ?? {});
    },
    () => setPrinted(undefined),
  );
  return printed === undefined ? window : { ...window, ...printed, onPaper: true };
}
