import type { Feed } from './graph.ts';

/** `retriever/embed.embeddings` */
export function formatFeed({ node, port }: Feed): string {
  return `${node}.${port}`;
}

/** Reverse of `formatFeed`. */
export function parseFeed(text: string): Feed {
  const dot = text.lastIndexOf('.');
  return { node: text.slice(0, dot), port: text.slice(dot + 1) };
}
