import { type Claim, type ClaimCost, type Way, ways } from './claim-file.ts';
import { markdown } from './readme-block.ts';

/** By name of the example. */
export type Claims = readonly (readonly [name: string, claim: Claim])[];

const unit: Way = 'LoRA';
const columns = [
  ['seconds', 'time to make'],
  ['memory', 'memory'],
  ['trained', 'trained share'],
  ['kept', 'bytes kept'],
] as const;
const inWords: Readonly<Record<Way, string>> = {
  'pre-training':
    'from scratch: a tiny model trained on a few rows; real pre-training is in none of these figures',
  'fine-tuning': 'fine-tuning: all weights of a trained model',
  LoRA: 'LoRA: an adapter of a trained model',
  retrieval: 'retrieval: nothing trained, looked up',
  'LoRA and retrieval': 'LoRA and retrieval: an adapter that answers from what was looked up',
};

/** What each way costs and brings, in Markdown, from the claims that were measured. */
export function waysBlock(claims: Claims): string {
  const measured = claims.filter(([, { measured: told }]) => told !== undefined);
  const rows = ways.flatMap((way) => {
    const own = measured.filter(([, claim]) => costOf(claim, way) !== undefined);
    if (own.length === 0) return [];
    const ratios = columns.map(([column]) =>
      ratioText(
        own.map(([, claim]) => claim),
        way,
        column,
      ),
    );
    return [[inWords[way], ...ratios, broughtText(own, way)]];
  });
  return [
    markdown(['', ...columns.map(([, title]) => title), 'gain in right answers'], rows),
    `Costs are relative to ${unit} in the same example (geometric mean; number of examples in brackets). The last column is the gain in the share of held-out questions answered correctly, compared with the same setup without that method. A gain is a difference of means: the README of the example says whether it is more than chance.`,
  ].join('\n\n');
}

/** Throws where a claim has two: the summary could not say which. */
function costOf({ costs, title }: Claim, way: Way): ClaimCost | undefined {
  const [found, other] = Object.values(costs).filter((cost) => cost.way === way);
  if (other !== undefined) throw new Error(`"${title}" has two costs of the way "${way}".`);
  return found;
}

function ratioText(
  claims: readonly Claim[],
  way: Way,
  column: (typeof columns)[number][0],
): string {
  const logs = claims.flatMap((claim) => {
    const [value, one] = [costOf(claim, way)?.[column], costOf(claim, unit)?.[column]];
    return value === undefined || one === undefined ? [] : [Math.log(value / one)];
  });
  if (logs.length === 0) return '–';
  if (way === unit) return '1';
  const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  return `${mean < 10 ? String(Number(mean.toPrecision(2))) : mean.toFixed(0)} (${String(logs.length)})`;
}

function broughtText(claims: Claims, way: Way): string {
  return claims
    .flatMap(([name, claim]) => {
      const brings = costOf(claim, way)?.brings;
      if (brings === undefined) return [];
      const { experiment, variant, metric, than } = brings;
      const { rows, metrics } = claim.tables?.[experiment]?.table ?? {};
      const at = metrics?.findIndex((one) => one.name === metric) ?? -1;
      const mean = (of: string) => {
        const value = rows?.find((row) => row.variant === of)?.cells[at]?.mean ?? undefined;
        if (value !== undefined) return value;
        throw new Error(`"${experiment}" of ${name} has no "${metric}" of "${of}".`);
      };
      const gain = mean(variant) - mean(than);
      const sign = gain < 0 ? '−' : '+';
      return [`[\`${name}\`](${name}/README.md) ${sign}${Math.abs(gain).toFixed(2)}`];
    })
    .join('<br>');
}
