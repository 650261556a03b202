import { Answers, type ArtifactRef } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { readForPaper } from './on-paper.ts';
import type { RowWindow } from './row-window.ts';

vi.mock('../../../api/client.ts', () => ({ api: {}, apiUrl: '/api' }));

const noRows: RowWindow = {
  ...{ rows: [], first: 0, total: 0, cut: new Map(), loading: false, error: null },
  ...{ want: () => undefined, loadMore: () => undefined, loadBefore: undefined },
};

/** What is printed of so many rows of which the first are long. */
function printed(count: number, long: number): number | undefined {
  const rows = Array.from({ length: count }, (_, at) => 'x'.repeat(at < long ? 5_000_000 : 50));
  class Served {
    responseText = '';
    #asked = '';
    open(_method: string, address: string): void {
      this.#asked = new URL(address, 'http://graft').searchParams.get('input') ?? '';
    }
    send(): void {
      const { offset, limit } = JSON.parse(this.#asked) as { offset: number; limit: number };
      const data = { rows: rows.slice(offset, offset + limit), cut: [] };
      this.responseText = JSON.stringify({ result: { data } });
    }
  }
  vi.stubGlobal('XMLHttpRequest', Served);
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  const artifact: ArtifactRef = { digest: '0', mediaType: Answers.mediaType, size, count };
  const read = readForPaper(artifact, undefined, noRows);
  vi.unstubAllGlobals();
  return read?.rows.length;
}

it('prints as many rows as fit, also where the first are longer than the others', () => {
  expect(printed(2_000, 0)).toBe(1_000);
  expect(printed(250, 0)).toBe(250);
  expect(printed(2_000, 12)).toBe(3);
  expect(printed(3, 3)).toBe(3);
});
