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
  const time = firstRun === undefined ? [] : [`First run: ${firstRunText(firstRun)}`];
  const download =
    models.length === 0 || offered === undefined
      ? []
      : [missing === 0 ? 'models already here' : `downloads ${bytes(missing)} of models`];
  const text = [...time, ...download].join(' · ');
  return text === '' ? null : <span className="inline-block first-letter:uppercase">{text}</span>;
}
