import type { Metric } from './metric.ts';

/** Names with an established spelling. */
const written: Readonly<Record<string, string>> = {
  f1: 'F1',
  falseAbstention: 'Wrongly unanswered',
  map: 'MAP',
  mrr: 'MRR',
  ms: 'Milliseconds',
  ndcg: 'nDCG',
  rightAbstention: 'Rightly unanswered',
  rougeL: 'ROUGE-L',
};

/** A metric name from code, with its `@k`; other names stay unchanged. */
const ofCode = /^([a-z][A-Za-z0-9]*)(@\d+)?$/;

/** The usual name of a metric: `exactMatch` → "Exact match", `ndcg@10` → "nDCG@10". */
export function metricWords(name: string): string {
  const [, stem, at = ''] = ofCode.exec(name) ?? [];
  if (stem === undefined) return name;
  const words = stem.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  const spelled = Object.hasOwn(written, stem) ? written[stem] : undefined;
  return (spelled ?? words.charAt(0).toUpperCase() + words.slice(1)) + at;
}

/** The same within a sentence: "exact match", but "F1"; a custom name such as "Answer Quality" stays. */
export function metricInSentence(words: string): string {
  return words.replace(/^[A-Z](?=[a-z][^A-Z]*?( of |$))/, (capital) => capital.toLowerCase());
}

/** The headline of a metrics row, with the metric's usual name: `exactMatch 0.667` → "Exact match 0.667". */
export function headlineInWords(headline: string): string {
  return headline.replace(/^\S+/, metricWords);
}

/** `recall@3 ↑`: its name and its better direction. */
export function metricTitle({ name, direction }: Metric): string {
  return `${name} ${direction === 'higher' ? '↑' : '↓'}`;
}

/** A number for people: at most four significant digits. */
export function tableNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return minus(value.toExponential(2));
  return minus(value.toFixed(size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0));
}

/** The same with its sign. */
export function signed(value: number): string {
  return value > 0 ? `+${tableNumber(value)}` : tableNumber(value);
}

/** A ratio: `×0.871`; with more digits where fewer would make it ×1, which is no difference. */
export function times(value: number): string {
  const text = tableNumber(value);
  if (Number(text) !== 1) return `×${text}`;
  const away = Math.abs(value - 1);
  // Nearer than this is rounding.
  if (away < 1e-9) return `×${text}`;
  return `×${value.toFixed(Math.ceil(-Math.log10(away)))}`;
}

/** How a table writes a comparison with the baseline. */
export function differenceWriter({ ratio }: { readonly ratio?: true | undefined } = {}): (
  value: number,
) => string {
  return ratio === true ? times : signed;
}

function minus(text: string): string {
  return text.replaceAll('-', '−');
}
