import { bytes } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { queries, type api } from '../../api/client.ts';
import { firstRunText } from '../../api/runs/plan-report.ts';

type Example = Awaited<ReturnType<typeof api.graphs.examples.query>>[number];

/** How long a first run of an example takes, and what it downloads. */
export function FirstRunLine({ example }: { readonly example: Example }) {
  const { firstRun, models } = example;
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const isHere = (id: string): boolean =>
    offered?.models.some(({ facts, installed }) => facts.id === id && installed) === true;
  const missing = models.filter(({ id }) => !isHere(id)).reduce((sum, { size }) => sum + size, 0);
  const parts = [
    firstRun === undefined ? undefined : firstRunText(firstRun),
    models.length === 0 || offered === undefined
      ? undefined
      : missing === 0
        ? 'its models are here'
        : `downloads ${bytes(missing)} of models`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : <span>First run: {parts.join(' · ')}</span>;
}
