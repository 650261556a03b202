/** `retriever/embed.embeddings` */
export function formatFeed({ node, port }: Feed): string {
  return `${node}.${port}`;
}

/** Reverse of `formatFeed`. */
export function parseFeed(text: string): Feed {
  const dot = text.lastIndexOf('.');
  return { node: text.slice(0, dot), port: text.slice(dot + 1) };
}

/** An output of a node. */
export interface Feed {
  readonly node: string;
  readonly port: string;
}
