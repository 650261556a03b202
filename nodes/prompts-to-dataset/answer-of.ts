import type { Passage, Prompt } from '@graft/graph';

export type Taught =
  | { readonly kind: 'answer' | 'abstention'; readonly text: string }
  | { readonly kind: 'left-out' | 'no-reference' };

export interface AnswerForm {
  readonly unsupported: 'abstain' | 'leave-out' | 'answer';
  readonly abstention: string;
  readonly citations: boolean;
}

/** The passages of a prompt from the documents that hold its answer. */
export function holdingPassages({ question, passages }: Prompt): Passage[] {
  const wanted = new Set(question.documents);
  return passages.filter(({ source }) => wanted.has(source.path));
}

/**
 * What a model is to say to a prompt: the reference with the numbers of the passages that hold it, or that the passages
 * do not. An answer is held by the passages where each of its documents has one among them; a question that names no
 * documents is taken at its word, and cites nothing.
 */
export function answerOf(prompt: Prompt, form: AnswerForm): Taught {
  const { reference, documents, answerable } = prompt.question;
  if (answerable === false) return { kind: 'abstention', text: form.abstention };
  if (reference === undefined || reference.trim() === '') return { kind: 'no-reference' };
  const holding = holdingPassages(prompt);
  const held = new Set(holding.map(({ source }) => source.path));
  if (held.size < new Set(documents).size && form.unsupported !== 'answer') {
    return form.unsupported === 'abstain'
      ? { kind: 'abstention', text: form.abstention }
      : { kind: 'left-out' };
  }
  const cited = form.citations ? holding.map(({ number }) => `[${number}]`) : [];
  return { kind: 'answer', text: [reference.trim(), cited.join('')].filter(Boolean).join(' ') };
}
