import type { ReactNode } from 'react';
import {
  MetricsView,
  ModuleMap,
  type ModuleValue,
  type PreviewProps,
  measure,
  useMetricRows,
} from '../kit/ui/index.ts';

const cosine: ModuleValue = {
  title: 'Cosine',
  of: (values) => values['cosine'],
  scale: () => ({ kind: 'around', middle: 0, reach: 1 }),
};
/** In powers of two, so that twice and half are equally far from equal. */
const ratio: ModuleValue = {
  title: '‖other‖ ⁄ ‖one‖',
  of: ({ norm = 0, otherNorm = 0 }) =>
    norm > 0 && otherNorm > 0 ? Math.log2(otherNorm / norm) : undefined,
  scale: (values) => ({
    kind: 'around',
    middle: 0,
    reach: values.reduce((most, value) => Math.max(most, Math.abs(value)), 1),
  }),
  tell: (value) => `${measure(2 ** value)} ×`,
};

/** For each module, whether the two adapters add in the same direction and which adds more; below, the numbers. */
export function preview(props: PreviewProps): ReactNode {
  const { rows } = useMetricRows(props);
  return (
    <>
      <ModuleMap rows={rows} value={cosine} />
      <ModuleMap rows={rows} value={ratio} />
      <MetricsView {...props} />
    </>
  );
}
