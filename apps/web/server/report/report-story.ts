import {
  GraphLibrary,
  leadingHeading,
  shapedType,
  type Registry,
  type StepSummary,
} from '@graft/graph';
import {
  outputText,
  readJson,
  type Report,
  type ReportCell,
  type ReportResult,
  type ReportRows,
  resultNodes,
  rowsKey,
  scoreText,
} from '@graft/view';
import type { RanGraphs } from './ran-graphs.ts';

/** The title of a page and the notes at its head: the first heading that one of them begins with, else what the file is called. */
export function titled(
  file: string,
  prose: readonly string[] = [],
): Pick<Report, 'title' | 'prose'> {
  const at = prose.findIndex((text) => leadingHeading(text) !== undefined);
  const { title = fileTitle(file), rest = '' } = leadingHeading(prose[at] ?? '') ?? {};
  const notes = prose
    .map((text, place) => (place === at ? rest : text))
    .filter((text) => text !== '');
  return { title, ...(notes.length === 0 ? {} : { prose: notes }) };
}

/** What the file of a graph is called, without its folder. */
export function fileTitle(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.graft\.json$/, '');
}

/** What a run was made for, of nodes that gave something: see `resultNodes`. */
export function resultsOf(
  cells: readonly ReportCell[],
  ran: {
    readonly graphs: RanGraphs;
    readonly registry: Registry;
    readonly rows: Readonly<Record<string, ReportRows>>;
    /** The node that an example names as its result. */
    readonly headline?: string | undefined;
  },
): readonly ReportResult[] {
  const { graphs, registry, rows } = ran;
  const { root } = graphs;
  const library = new GraphLibrary(root.file, {
    registry,
    graphs: (path) => graphs.used(path, root)?.file,
  });
  const lookup = library.lookup(library.root);
  const ids = resultNodes(root.body, {
    headline: ran.headline,
    shape: ({ type, params }) => {
      const definition = registry.get(type);
      return definition === undefined ? undefined : shapedType(definition, params, lookup);
    },
  });
  return ids.flatMap((id) => {
    const { outputs = [] } = cells.find(({ path }) => path === id) ?? {};
    if (outputs.length === 0) return [];
    const score = outputs
      .flatMap(({ artifact }) => rows[rowsKey(artifact)]?.score ?? [])
      .map(scoreText)
      .find((text) => text !== undefined);
    const headline = score ?? outputs.map(({ artifact }) => outputText(artifact)).join(' · ');
    return [{ path: id, headline, isScore: score !== undefined }];
  });
}

/** Models that steps used, by their names and what they were. */
export function modelsOf(steps: readonly StepSummary[]): Report['models'] {
  const models = new Map<string, string>();
  for (const { parts = [] } of steps) {
    for (const { name, value } of parts) {
      if (!name.startsWith('model.')) continue;
      const param = name.slice('model.'.length);
      const written = parts.find((part) => part.name === `param.${param}`)?.value ?? '';
      const read = readJson(written);
      models.set(value, typeof read === 'string' && read !== '' ? read : param);
    }
  }
  return [...models]
    .map(([digest, name]) => ({ name, digest }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
