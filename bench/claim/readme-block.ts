import { fewestSeeds, type Metric, metricTitle, tableNumber } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { engineVersions } from '@graft/worker/engine-versions';
import type { Claim, ClaimCost, ClaimTable, Expectation, MeasuredCode } from './claim-file.ts';
import { type Evidence, outcome } from './expectations.ts';

/** The README with what was measured in its place, between its marks. Throws where it has no place for it. */
export function withBlock(readme: string, block: string, mark = 'claim'): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from === -1 || to < from) {
    throw new Error(`The README has no ${begin} with ${end} below it.`);
  }
  return `${readme.slice(0, from + begin.length)}\n${block}\n${readme.slice(to)}`;
}

/** What was measured, in Markdown: the tables, what was expected of them, and what it cost. */
export function claimBlock(claim: Claim, evidence: Evidence): string {
  const { holds, because, measured, reduced } = claim;
  const outset =
    holds === true ? '**The claim holds.**' : `**The claim does not hold.** ${because ?? ''}`;
  return [
    outset.trim(),
    ...historyTexts(claim),
    ...Object.entries(evidence.tables).flatMap(([name, table]) => [
      `Experiment \`${name}\`, means with intervals of 95 %${seedsText(table)}:`,
      experimentTable(table),
    ]),
    `What was expected. The claim holds if every line does. Each line stands alone, at 95 % and not corrected for their number. The interval beside \`better\` and \`worse\` has the differences that the paired test does not reject (for shares with one more pair either way, for what was not seen). It excludes “no difference” exactly where the test shows one. ${
      Object.values(evidence.tables).some(({ table }) => table.metrics.some(isGeometric))
        ? 'Perplexities are compared as ratios: ×1 is no difference.'
        : ''
    }`.trim(),
    markdown(
      ['', 'measured', ''],
      claim.expect.map((one) => {
        const { holds: held, figures, notAsked } = outcome(one, evidence);
        const verdict =
          notAsked === undefined ? (held ? 'yes' : '**no**') : `not asked: ${notAsked}`;
        return [expectationText(one), figures, verdict];
      }),
    ),
    'What it cost:',
    costTable(claim.costs),
    `Measured ${measured === undefined || measured.date === 'unknown' ? '' : `${dayOf(measured.date)} `}on ${String(measured?.cores ?? 0)} cores (${measured?.cpu ?? ''}); all steps, one after another, took ${minutes(measured?.seconds ?? 0)}. ${
      reduced === undefined
        ? 'The tests compute these tables anew from the recorded items in `items.jsonl`; they train nothing.'
        : `The tests compute these tables anew from the recorded items in \`items.jsonl\`, and run ${reduced.experiments.map((name) => `\`${name}\``).join(' and ')} at a reduced size with one seed, where all must point the same way.`
    }`,
    ...codeTexts(measured?.code),
  ].join('\n\n');
}

/** What computed the figures, and what of that has another version today. */
function codeTexts(code: MeasuredCode | undefined): string[] {
  if (code === undefined) return [];
  const engines = Object.values(code.engines).map((version) => `\`${version}\``);
  const by = `The versions of the nodes stand in \`claim.json\`, under \`measured\`. The engines were ${engines.join('; ')}. \`answers.jsonl\` has what each variant answered or found.`;
  const nodes = Object.entries(code.nodes).flatMap(([type, version]) => {
    const today = registry.get(type)?.implementation;
    return String(today) === version ? [] : [`\`${type}\``];
  });
  const others = Object.entries(code.engines).flatMap(([name, version]) =>
    Reflect.get(engineVersions, name) === version ? [] : [`the engine \`${name}\``],
  );
  const changed = [...nodes, ...others];
  return changed.length === 0
    ? [by]
    : [by, `Changed since, and not measured again: ${changed.join(', ')}.`];
}

const isGeometric = ({ aggregation }: Metric): boolean => aggregation === 'weighted-geometric-mean';

/** When the claim was registered, and what was changed since. */
function historyTexts({ registered, amended = [] }: Claim): string[] {
  const when =
    registered === undefined || registered === 'unknown'
      ? 'Registered: unknown. The claim is from before claims were registered.'
      : `Registered ${dayOf(registered.date)}.`;
  if (amended.length === 0) return [when];
  const list = amended.map(({ when: moment, what, why }) => `- ${dayOf(moment)}: ${what} ${why}`);
  return [when, 'Amended:', list.join('\n')];
}

/** The day of a moment, as `2026-11-27`. */
const dayOf = (moment: string): string => moment.slice(0, 10);

function seedsText({ seeds }: ClaimTable): string {
  const names = Object.keys(seeds);
  if (names.length === 0) return '';
  const whose =
    names.length < fewestSeeds ? 'for these trainings only' : 'over seeds and questions';
  return differ(seeds)
    ? ` ${whose}, and below them the means of the seeds ${names.join(', ')}`
    : `. The seeds ${names.join(', ')} gave the same values: they are copies of one measurement`;
}

/** Whether any mean of a seed is another than that of the others. */
function differ(seeds: ClaimTable['seeds']): boolean {
  return new Set(Object.values(seeds).map((means) => JSON.stringify(means))).size > 1;
}

function experimentTable({ table, seeds: all }: ClaimTable): string {
  const { metrics, rows } = table;
  const seeds = differ(all) ? all : {};
  return markdown(
    ['', ...metrics.map(metricTitle)],
    rows.map(({ variant, cells }) => [
      variant,
      ...cells.map(({ mean, interval }, at) => {
        if (mean === null) return '';
        const bounds = interval === null ? '' : ` [${interval.map(tableNumber).join(', ')}]`;
        const each = Object.values(seeds).flatMap((of) => of[variant]?.[at] ?? []);
        const by = each.length === 0 ? '' : `<br>${each.map(tableNumber).join(' · ')}`;
        return `${tableNumber(mean)}${bounds}${by}`;
      }),
    ]),
  );
}

/** What is expected, in words. */
export function expectationText(expectation: Expectation): string {
  const { experiment, variant, metric, is, than, by } = expectation;
  const one = `\`${metric}\` of “${variant}” is ${is}`;
  if (typeof than === 'number') return `${one} ${String(than)}`;
  const other = typeof than === 'string' ? { variant: than } : than;
  const what = other.metric === undefined ? 'that' : `\`${other.metric}\``;
  const where =
    other.experiment === undefined || other.experiment === experiment
      ? ''
      : ` in \`${other.experiment}\``;
  const link = is === 'identical' ? 'to' : 'than';
  const more = by === undefined ? '' : ` by more than ${String(100 * by)} %`;
  return `${one} ${link} ${what} of “${other.variant ?? variant}”${where}${more}`;
}

function costTable(costs: Readonly<Record<string, ClaimCost>>): string {
  return markdown(
    ['', 'time', 'memory', 'trained', 'kept'],
    Object.entries(costs).map(([way, { seconds, memory, trained, kept }]) => [
      way,
      seconds === undefined ? '' : `${seconds.toFixed(1)} s`,
      memory === undefined ? '–' : megabytes(memory),
      trained === undefined ? '–' : `${(100 * trained).toPrecision(3)} %`,
      kept === undefined ? '–' : megabytes(kept),
    ]),
  );
}

const megabytes = (bytes: number): string => {
  const size = bytes / 1e6;
  return `${size < 10 ? size.toFixed(1) : Math.round(size).toLocaleString('en-US')} MB`;
};

const minutes = (seconds: number): string =>
  seconds < 120 ? `${String(seconds)} s` : `${(seconds / 60).toFixed(1)} minutes`;

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
