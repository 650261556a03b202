import type { NodeType } from '@graft/graph';

/** What people call what a node type works with, where its own words differ. */
const alsoCalled: Readonly<Record<string, string>> = {
  embed: 'vector vectors embedding embeddings',
  index: 'vector store database search',
  chunk: 'split splitter pieces passages',
  'load-files': 'pdf csv html markdown document documents',
  retrieve: 'search find rag',
  'inject-context': 'rag prompt context',
  generate: 'llm answer complete chat',
  'base-model': 'llm language model gguf',
  'train-lora': 'finetune fine-tuning adapter peft',
};

/** Words that a node type is found by beside its name. */
export function aboutType({ type, doc }: NodeType): string {
  return `${alsoCalled[type] ?? ''} ${doc}`;
}

/** How well something fits what is typed, 0 where not at all: every word must begin a word of the name, or else of what it is about. */
export function rank(value: string, search: string, keywords: readonly string[] = []): number {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (text: string): boolean =>
    words.every((word) => ` ${text.toLowerCase().replaceAll('-', ' ')}`.includes(` ${word}`));
  if (begins(value)) return 1;
  if (words.every((word) => value.toLowerCase().includes(word))) return 0.8;
  return begins(`${value} ${keywords.join(' ')}`) ? 0.4 : 0;
}
