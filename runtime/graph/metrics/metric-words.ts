/** Names with an established spelling. */
const written: Readonly<Record<string, string>> = {
  f1: 'F1',
  map: 'MAP',
  mrr: 'MRR',
  ms: 'Milliseconds',
  ndcg: 'nDCG',
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
