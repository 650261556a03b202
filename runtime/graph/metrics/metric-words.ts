/** Names that the field writes otherwise than by their words. */
const written: Readonly<Record<string, string>> = {
  f1: 'F1',
  map: 'MAP',
  mrr: 'MRR',
  ms: 'Milliseconds',
  ndcg: 'nDCG',
  rougeL: 'ROUGE-L',
};

/** A metric of code, with its `@k`; whoever names one otherwise has a name of their own. */
const ofCode = /^([a-z][A-Za-z0-9]*)(@\d+)?$/;

/** What the field calls a metric: `exactMatch` → "Exact match", `ndcg@10` → "nDCG@10". */
export function metricWords(name: string): string {
  const [, stem, at = ''] = ofCode.exec(name) ?? [];
  if (stem === undefined) return name;
  const words = stem.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  const spelled = Object.hasOwn(written, stem) ? written[stem] : undefined;
  return (spelled ?? words.charAt(0).toUpperCase() + words.slice(1)) + at;
}

/** The same within a sentence: "exact match", but "F1", and what somebody called "Answer Quality" stays so. */
export function metricInSentence(words: string): string {
  return words.replace(/^[A-Z](?=[a-z][^A-Z]*?( of |$))/, (capital) => capital.toLowerCase());
}

/** What the headline of a row of metrics says, with its metric so called: `exactMatch 0.667` → "Exact match 0.667". */
export function headlineInWords(headline: string): string {
  return headline.replace(/^\S+/, metricWords);
}
