import { readFileSync } from 'node:fs';
import { parseGraph } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { type Claim, parseClaim } from './claim-file.ts';
import { registerClaim, registrationProblem, toldBefore } from './registration.ts';

const fixture = (version: number): string =>
  readFileSync(new URL(`fixtures/claim.v${String(version)}.json`, import.meta.url), 'utf8');
/** Without a node, under so many seeds. */
const graphOf = (seeds: number) => {
  const arms = { metrics: [], variants: {}, seeds: Array.from({ length: seeds }, (_, at) => at) };
  const file = { graft: 1, nodes: {}, edges: [], experiments: { arms } };
  return parseGraph(JSON.stringify(file), 'a.graft.json');
};
const graph = graphOf(3);
const monday = '2026-11-30T08:00:00Z';
const tuesday = '2026-12-01T08:00:00Z';
const wednesday = '2026-12-02T08:00:00Z';

describe('claim.json', () => {
  it('of version 1 is read as registered and measured at an unknown time', () => {
    const { measured, registered, claim, ...more } = parseClaim(fixture(1));
    expect([claim, registered, measured?.date]).toEqual([2, 'unknown', 'unknown']);
    expect(measured).toMatchObject({ seconds: 300, digest: 'abc' });
    expect(more).toMatchObject({ says: 'With the adapter more answers are right.', tables: {} });
  });

  it('of version 1 that was not measured is still to be registered', () => {
    const text = fixture(1).replace(/"measured": \{.*\},\n/, '');
    const { claim, registered, measured } = parseClaim(text);
    expect([claim, registered, measured]).toEqual([2, undefined, undefined]);
  });

  it('of this version is read as it stands, and of a newer one refused', () => {
    expect(parseClaim(fixture(2))).toEqual(JSON.parse(fixture(2)));
    expect(() => parseClaim(fixture(2).replace('"claim": 2', '"claim": 3'))).toThrow();
  });
});

describe('a registration', () => {
  const { registered: _registered, amended: _amended, ...fresh } = parseClaim(fixture(2));
  const claim = registerClaim(fresh, graph, monday);
  const reworded: Claim = { ...claim, says: 'With the adapter all answers are right.' };
  const [expected] = claim.expect;
  const easier: Claim = {
    ...claim,
    expect: expected === undefined ? [] : [{ ...expected, is: 'no worse', by: 0.1 }],
  };
  const amendment = { what: 'Says all.', why: 'More was meant.' };

  it('holds for the claim, the expectations and the graph as they were', () => {
    expect(claim.registered).toMatchObject({ date: monday });
    expect(registrationProblem(claim, graph)).toBeUndefined();
    expect(registrationProblem({ ...claim, conclusion: 'Other.' }, graph)).toBeUndefined();
    for (const changed of [reworded, easier]) {
      expect(registrationProblem(changed, graph)).toContain('changed after they were registered');
    }
    expect(registrationProblem(claim, graphOf(2))).toContain('changed after they were registered');
  });

  it('is due before a measurement, of a claim from before too', () => {
    expect(registrationProblem(fresh, graph)).toContain('--register');
    expect(registrationProblem({ ...fresh, registered: 'unknown' }, graph)).toContain('--register');
  });

  it('is made again only where an amendment since then says what changed', () => {
    expect(registerClaim(claim, graph, tuesday)).toBe(claim);
    expect(() => registerClaim(reworded, graph, tuesday)).toThrow('Add to "amended"');
    const early = { ...reworded, amended: [{ when: monday, ...amendment }] };
    expect(() => registerClaim(early, graph, tuesday)).toThrow('Add to "amended"');
    const amended = { ...reworded, amended: [{ when: tuesday, ...amendment }] };
    const again = registerClaim(amended, graph, tuesday);
    expect(again.registered).toMatchObject({ date: tuesday });
    expect(registrationProblem(again, graph)).toBeUndefined();
  });

  it('is refused for “no worse” without a margin', () => {
    const [first] = easier.expect;
    const { by: _by, ...open } = first ?? {};
    const claimed = { ...fresh, expect: [open] } as Claim;
    expect(() => registerClaim(claimed, graph, monday)).toThrow(
      'Expectation 1 is "no worse" without a margin',
    );
  });

  it('later than the measurement counts only with an amendment that says so', () => {
    const { measured } = claim;
    if (measured === undefined) throw new Error('The fixture was measured.');
    const at = (date: string): Claim => ({ ...claim, measured: { ...measured, date } });
    expect(toldBefore(at(tuesday))).toBe(true);
    const late = registerClaim({ ...fresh, amended: [] }, graph, wednesday);
    const lateOne = { ...late, measured: { ...measured, date: tuesday } };
    expect(toldBefore(lateOne)).toBe(false);
    expect(toldBefore({ ...lateOne, amended: [{ when: wednesday, ...amendment }] })).toBe(true);
    expect(toldBefore({ ...lateOne, registered: 'unknown' })).toBe(false);
  });
});
