/** What the metrics that Graft's nodes give say, in a sentence; the README of the node has the whole of it. */
const meanings: Readonly<Record<string, string>> = {
  accuracy:
    'The share of right answers: those with every word and number of the reference, or that abstain where there is no answer.',
  agreement: 'How often repeats, or a person and a metric, say the same.',
  answerRelevancy:
    'How close the questions that a judge makes of the answer are to the one that was asked.',
  citationPrecision: 'The share of the cited passages that are from a document with the answer.',
  citationRecall: 'The share of the documents with the answer from which a passage is cited.',
  completionTokens: 'Tokens that were written; a mean.',
  confidence: 'How sure it is that a question needs no passages, from 0 to 1.',
  containment: 'The share of answers in which the reference stands word for word.',
  contextPrecision: 'How far up the passages stand that are wanted.',
  contextRecall: 'The share of the reference’s claims that follow from the passages.',
  exactMatch:
    'The share of answers that are the reference and nothing else, but for capitals, punctuation and articles.',
  f1: 'Words that the answer and the reference share: the harmonic mean of precision and recall, as in SQuAD.',
  faithfulness: 'The share of the answer’s claims that follow from the passages.',
  falseAbstention:
    'The share of questions with an answer at which the model abstains. Less is better.',
  judgedAccuracy: 'The share of answers that the judge calls right.',
  labelledRight: 'The share of the labelled answers that a person calls right.',
  map: 'The mean, over the documents with the answer, of the precision where each is found.',
  mrr: '1 / rank of the first hit from a document with the answer; a mean.',
  ndcg: 'Hits from documents with the answer, each worth less the lower it stands, as a share of the best order.',
  perplexity: 'How surprised the model is by a token: exp of the mean loss. Less is better.',
  promptTokens: 'Tokens that were read; a mean.',
  recall: 'The share of the documents with the answer that are among the first k hits.',
  rightAbstention: 'The share of questions without an answer at which the model abstains.',
  rougeL: 'F1 of the longest sequence of words that the answer and the reference share.',
  similarity: 'How close the answer is to its reference: the cosine of their embeddings.',
  supported: 'How far the passages bear out the answer, from 0 to 1.',
  unjudged:
    'The share of what the model could not be asked, since the prompt did not fit. Less is better.',
  unparseable: 'The share of the judge’s replies that could not be read. Less is better.',
  useful: 'How far the answer gives what the question asks for, from 0 to 1.',
};

/** What a metric says, by its name with or without its `@k`; undefined of one that is not known. */
export function metricMeaning(name: string): string | undefined {
  const stem = name.replace(/@\d+$/, '');
  return Object.hasOwn(meanings, stem) ? meanings[stem] : undefined;
}
