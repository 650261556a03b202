import type { Chunk, Metadata } from '@graft/graph';
import { expect, it } from 'vitest';
import { hitQuality, type QualityParts, trustOf } from './hit-quality.ts';
import { rerank } from './node.ts';

const prose = 'The eastern kiln is lit at twenty to six by whoever has the night watch.';
const params = rerank.params.parse({ quality: 0.5, words: 10 });
const given = { today: Date.parse('2026-11-01'), trust: trustOf(params) };

function chunk(path: string, text: string, metadata: Metadata = {}): Chunk {
  const place = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: path, path, title: path, ...place };
  return { id: path, text, headings: [], source, metadata };
}

function qualityOf(metadata: Metadata): QualityParts | undefined {
  return hitQuality([chunk('a', prose, metadata)], params, given)[0];
}

it('takes nothing off for what cannot be told', () => {
  for (const date of ['', 'spring', '12/03/2026', true, '2026-02-30', '2025-02-29T08:00Z']) {
    const one = qualityOf({ date });
    expect(one?.freshness, String(date)).toBeUndefined();
    expect(one?.quality).toBe(1);
  }
  for (const date of ['2027-03-01', '2026-11-01T08:00:00Z', '2026-11']) {
    const one = qualityOf({ date });
    expect(one?.freshness, date).toBe(1);
  }
  const listed = qualityOf({ changed: '2025-11-01' });
  expect(listed?.freshness).toBeCloseTo(0.5, 12);
  const year = qualityOf({ date: 2026 });
  expect(year?.freshness).toBeCloseTo(0.5 ** (304 / 365), 12);
  const half: readonly Metadata[] = [
    { date: 'spring', modified: '2025-11-01T08:00:00Z' },
    { date: '', changed: '2025-11-01' },
    { date: '2019, 2025-11-01' },
    { date: '2026-02-30', changed: '2025-11-01' },
    { date: '2025-11-01, second printing' },
  ];
  for (const metadata of half) {
    const one = qualityOf(metadata);
    expect(one?.freshness, JSON.stringify(metadata)).toBeCloseTo(0.5, 3);
  }
});

it('takes for boilerplate what stands in three documents, links and rights, and no table or list', () => {
  const notice = 'This page is looked after by the people of the yard office.';
  const share = (text: string, others: readonly string[] = []): number | undefined => {
    const pages = [text, ...others].map((one, at) => chunk(`p${String(at)}`, one));
    return hitQuality(pages, params, given)[0]?.content;
  };
  expect(share(`${prose}\n${notice}`, [notice])).toBe(1);
  expect(share(`${prose}\n${notice}`, [notice, notice])).toBeCloseTo(15 / 27, 12);
  expect(share(`# Kilns\n\n${prose}`)).toBe(1);
  expect(share('| Kiln | Cones | Hours |\n| East | 9 | 31 |')).toBe(1);
  expect(share('Kiln | Cones | Hours\nEast | 9 | 31\nWest |  | 12')).toBe(1);
  expect(share('Home | Kilns | Prices\n\nHome | Kilns | Prices')).toBe(0);
  expect(share('- East kiln\n- West kiln')).toBe(1);
  expect(share('[Home](/) [Kilns](/kilns)')).toBe(0);
  expect(share('Home › Kilns › East')).toBe(0);
  expect(share('# Kilns')).toBe(0);
});

it('takes a time without a zone for one of UTC, whatever the zone of the machine', () => {
  const { TZ: before } = process.env;
  try {
    for (const zone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      process.env['TZ'] = zone;
      for (const [date, hours] of [
        ['2026-10-31T08:00', 16],
        ['2026-10-31 08:00:00', 16],
        ['2026-10-31T08:00:00.5', 16 - 0.5 / 3600],
        ['2026-10-31T08:00Z', 16],
        ['2026-10-31 08:00:00 UTC', 16],
        ['2026-10-31T08:00+02:00', 18],
        ['2026-10-31 08:00:00 -0130', 14.5],
        ['2026-10-31', 24],
      ] as const) {
        const age = hours / 24 / 365;
        expect(qualityOf({ date })?.freshness, `${date} in ${zone}`).toBeCloseTo(0.5 ** age, 12);
      }
    }
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
  for (const date of ['2026-10 08:00', '2026-10-31T8pm', '2026-10-31T25:00', '2026-10-31x']) {
    expect(qualityOf({ date })?.freshness, date).toBeUndefined();
  }
});
