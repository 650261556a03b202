import { expect, it } from 'vitest';
import { Outages, outageText, type OutageChange } from './outages.ts';

it('an outage lasts as long as any request waits for the place', () => {
  const outages = new Outages();
  const changes: OutageChange[] = [];
  const stop = outages.listen((change) => changes.push(change));
  const ends = [outages.wait('s3://a'), outages.wait('s3://a'), outages.wait('postgres://b')];
  expect(outages.all.map(({ place }) => place)).toEqual(['s3://a', 'postgres://b']);
  ends[0]?.();
  expect(outages.all).toHaveLength(2);
  ends[1]?.();
  stop();
  ends[2]?.();
  expect(outages.all).toEqual([]);
  expect(changes.map(({ place, until }) => [place, until !== undefined])).toEqual([
    ['s3://a', false],
    ['postgres://b', false],
    ['s3://a', true],
  ]);
  expect(outageText({ place: 's3://a', since: 0 })).toContain('s3://a has not answered since');
  expect(outageText({ place: 's3://a', since: 0, until: 1_500 })).toContain('took 2 s');
});
