import { countVariants, savedVariant } from '@graft/graph';
import { expect, it } from 'vitest';
import { metricsInSentence, plannedExtent, type Planned } from './planned-variants.tsx';

const variant = (name: string) => ({ name, settings: {} });
const planned = (names: readonly string[], more: Partial<Planned> = {}): Planned => ({
  ...{ baseline: savedVariant, metrics: [], seeds: 1, variants: names.map(variant) },
  ...more,
});

it('says as many variants as the list of experiments does', () => {
  const { variants } = countVariants({ vary: { 'cut.size': [64, 128] } });
  expect(variants).toBe(2);
  expect(plannedExtent(planned([savedVariant, 'size=64', 'size=128']), 'as saved')).toBe(
    '2 variants, against “as saved”',
  );
  // One of them is the file as it was saved.
  const twin = planned(['size=64', 'size=128'], { baseline: 'size=64' });
  expect(plannedExtent(twin, 'size = 64')).toBe('2 variants, against “size = 64”');
});

it('says the runs of several seeds, and what cannot run', () => {
  const names = [savedVariant, 'size=64', 'size=128'];
  expect(plannedExtent(planned(names, { seeds: 3, looks: 6 }), 'as saved')).toBe(
    '2 variants, 3 seeds each, against “as saved” (9 runs), weak variants stopped early (6 checks)',
  );
  const [saved, small, large] = names.map(variant);
  if (saved === undefined || small === undefined || large === undefined) throw new Error('missing');
  const of = { code: 'bad-input', audience: 'user', location: {} } as const;
  const problem = { ...of, message: 'It cannot be.' };
  const partly = planned([], { variants: [saved, { ...small, problem }, large] });
  expect(plannedExtent(partly, 'as saved')).toBe(
    '2 variants, 1 of which cannot run, against “as saved”',
  );
  // The file as it was saved is none of them.
  const incomplete = planned([], { variants: [{ ...saved, problem }, small, large], seeds: 3 });
  expect(plannedExtent(incomplete, 'as saved')).toBe(
    '2 variants, 3 seeds each, against “as saved” (6 runs)',
  );
});

it('names the node of metrics once, where it is one', () => {
  expect(metricsInSentence(['Accuracy of Evaluate', 'F1 of Evaluate'])).toEqual([
    'accuracy',
    'F1 of Evaluate',
  ]);
  const two = ['Accuracy of Evaluate', 'Recall of Grade hits'];
  expect(metricsInSentence(two)).toEqual(['accuracy of Evaluate', 'recall of Grade hits']);
});
