import { evidenceTable, GraphError, implement } from '@graft/graph';
import { comparedMetrics } from './compared-metrics.ts';
import { compare } from './node.ts';

export const run = implement(compare, async (ctx, inputs, { names, baseline, ...choice }) => {
  const { node } = ctx;
  if (names.length > inputs.metrics.length) {
    throw new GraphError(
      'bad-param',
      `There are ${names.length} names for ${inputs.metrics.length === 1 ? '1 connection' : `${inputs.metrics.length} connections`}. Give at most one name for each connection.`,
      { location: { node, param: 'names' } },
    );
  }
  const given = await Promise.all(inputs.metrics.map((rows) => rows.all()));
  const called = given.map((_, at) => {
    const name = names[at] ?? '';
    return name === '' ? `variant ${at + 1}` : name;
  });
  const twice = called.find((name, at) => called.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new GraphError('bad-param', `Two variants are called "${twice}". Rename one of them.`, {
      location: { node, param: 'names' },
    });
  }
  const base = baseline === '' ? (called[0] ?? '') : baseline;
  if (!called.includes(base)) {
    throw new GraphError(
      'bad-param',
      `No variant is called "${base}". Set the baseline to one of ${called.join(', ')}.`,
      { location: { node, param: 'baseline' } },
    );
  }
  const metrics = comparedMetrics(given, choice, node);
  const variants = given.map((rows, at) => ({
    name: called[at] ?? '',
    settings: {},
    repeats: [rows],
  }));
  // It does not know of how many seeds its inputs are.
  const { seeds: _, ...comparison } = evidenceTable(variants, { baseline: base, metrics });
  return { comparison };
});
