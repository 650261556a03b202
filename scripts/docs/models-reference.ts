import type { SelectedModel } from '@graft/backends/catalogue';
import type { EmbeddingLayout, ModelEntry, ModelKind } from '@graft/graph';

const kinds: readonly { readonly kind: ModelKind; readonly title: string }[] = [
  { kind: 'language-model', title: 'Language models' },
  { kind: 'embedder', title: 'Embedders' },
  { kind: 'cross-encoder', title: 'Rerankers (cross-encoders)' },
];

/** `docs/models.md`: the models that Graft knows, read from the catalogue. */
export function modelsReference(
  builtIn: readonly ModelEntry[],
  selected: readonly SelectedModel[],
): string {
  return [
    '# Models',
    '<!-- Written by npm run docs. Do not edit. -->',
    'A node names a model by its id here, or as `hf:owner/repo:quant`. `graft models recommended` says which of these suit your computer, and `graft models pull ID` downloads one. When you look a model up, the hub states its commit, its sizes and its digests; Graft records and verifies them. Sizes here are approximate.',
    'A model suits a computer if it has room in memory beside a context of 4,096 tokens, begins to answer a prompt of 1,000 tokens within 20 seconds, and then writes at least as fast as people read. `runtime/backends/catalogue/fitting-models.ts` states the figures and their sources.',
    ...kinds.flatMap(({ kind, title }) => {
      const own = builtIn.filter((entry) => entry.kind === kind);
      const chosen = selected.filter((model) => model.kind === kind);
      return [
        `## ${title}`,
        `Built in: ${own.map(builtInModel).join(', ')}.`,
        table(chosen),
        chosen.map(details).join('\n'),
      ];
    }),
  ].join('\n\n');
}

function builtInModel({ id, licence }: ModelEntry): string {
  return `\`${id}\` (${licence.id}${licence.consent ? ', to accept' : ''})`;
}

function table(models: readonly SelectedModel[]): string {
  const rows = models.map(({ title, id, parameters, size, contextLength, licence }) => [
    ...[title, `\`${id}\``, millions(parameters), gigabytes(size)],
    contextLength.toLocaleString('en'),
    `[${licence.id}](${licence.url})${licence.consent ? ', to accept' : ''}`,
  ]);
  const head = ['model', 'id', 'parameters', 'size', 'context in tokens', 'licence'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What no column says of it. */
function details({ title, tested, embedding, dimension }: SelectedModel): string {
  const parts = [
    ...(dimension === undefined ? [] : [`${dimension} numbers a vector`]),
    ...(embedding === undefined ? [] : layout(embedding)),
  ];
  const shown = parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
  return `- **${title}**:${shown} ${tested}`;
}

function layout({ pooling, prompts }: EmbeddingLayout): readonly string[] {
  const shown = (text: string): string =>
    text === '' ? 'none' : `\`${JSON.stringify(text).slice(1, -1)}\``;
  return [
    `pooling \`${pooling.join(' and ')}\``,
    `prompt of questions ${shown(prompts.question)}`,
    `of passages ${shown(prompts.passage)}`,
  ];
}

const millions = (count: number): string =>
  count >= 1e9 ? `${(count / 1e9).toFixed(1)} B` : `${Math.round(count / 1e6)} M`;
const gigabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
