import { savedVariant } from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import type { api } from '../../api/client.ts';

export type Planned = NonNullable<Awaited<ReturnType<typeof api.experiments.plan.mutate>>['plan']>;

/**
 * `12 variants, 3 seeds each, against “as saved” (39 runs)`: as many variants as the list of experiments says, which the file as
 * it was saved is none of.
 */
export function plannedExtent(planned: Planned, baseline: string): string {
  const { variants, seeds, looks } = planned;
  const own = variants.filter(({ name }) => name !== savedVariant);
  const refused = own.filter(({ problem }) => problem !== undefined).length;
  const runs = variants.filter(({ problem }) => problem === undefined).length * seeds;
  return [
    plural(own.length, 'variant'),
    ...(refused === 0 ? [] : [`${count(refused)} of which cannot run`]),
    ...(seeds === 1 ? [] : [`${count(seeds)} seeds each`]),
    `against “${baseline}”${seeds === 1 ? '' : ` (${plural(runs, 'run')})`}`,
    ...(looks === undefined ? [] : [`weak variants stopped early (${count(looks)} checks)`]),
  ].join(', ');
}
