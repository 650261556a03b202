import {
  columnsOf,
  detectFormat,
  type DatasetFormat,
  type FacetWarning,
  type PortFacets,
  type TableHead,
  type Taught,
  type TaughtForm,
} from '@graft/graph';

/** System prompts of a form beyond which they count as unknown, and letters of one that a message shows. */
const mostSystems = 8;
const shownLetters = 60;

interface DatasetParams {
  readonly format: 'auto' | DatasetFormat;
  readonly template: 'auto' | 'chat' | 'none';
}

/**
 * The form of a dataset's rows, as Load dataset reads them, by the first rows of its files; undefined if it is unknown. Of
 * files in both forms, the chats count: they teach the form that Generate asks in.
 */
export function datasetForm(
  { format, template }: DatasetParams,
  tables: readonly TableHead[] | undefined,
): TaughtForm | undefined {
  if (template === 'none' || format === 'text') return { kind: 'text' };
  if (tables === undefined || tables.length === 0) return undefined;
  const systems = new Set<string>();
  let isChat = false;
  let isKnown = true;
  for (const { columns, head } of tables) {
    const read = format === 'auto' ? detectFormat(columns) : format;
    if (read === undefined) return undefined;
    for (const row of head) {
      if (!isConversation(row, read, template)) continue;
      isChat = true;
      const system = systemOfRow(row, read);
      if (system === undefined) isKnown = false;
      else systems.add(system);
    }
    if (head.length === 0) return undefined;
  }
  if (!isChat) return { kind: 'text' };
  return isKnown && systems.size <= mostSystems
    ? { kind: 'chat', systems: [...systems] }
    : { kind: 'chat' };
}

type Row = TableHead['head'][number];

function isConversation(
  row: Row,
  format: DatasetFormat,
  template: DatasetParams['template'],
): boolean {
  if (format === 'text') return false;
  return format !== 'prompt-completion' || template === 'chat' || Array.isArray(row[promptOf(row)]);
}

/** The column with what is asked, of a row of prompts and completions under whichever names. */
function promptOf(row: Row): string {
  return columnsOf('prompt-completion', Object.keys(row))[0] ?? 'prompt';
}

/** Empty: none; undefined: it cannot be told, as of turns within a cell of CSV. */
function systemOfRow(row: Row, format: DatasetFormat): string | undefined {
  const { system = '' } = row;
  const own = format === 'alpaca' || format === 'sharegpt' ? system : '';
  if (typeof own === 'string' && own !== '') return own.trim();
  if (format === 'alpaca') return '';
  const name =
    format === 'messages' ? 'messages' : format === 'sharegpt' ? 'conversations' : promptOf(row);
  const turns = row[name];
  if (!Array.isArray(turns)) return format === 'prompt-completion' ? '' : undefined;
  const first: unknown = turns[0];
  if (typeof first !== 'object' || first === null) return undefined;
  const turn: Row = Object.fromEntries(Object.entries(first));
  if (!['system', 'developer'].includes(String(turn['role'] ?? turn['from']))) return '';
  const content = turn['content'] ?? turn['value'];
  return typeof content === 'string' ? content.trim() : undefined;
}

/** What a trainer teaches, for the facet of its output. */
export function taughtIn(inputs: PortFacets): { readonly taught?: readonly Taught[] } {
  const form = inputs['dataset']?.form;
  return form === undefined ? {} : { taught: [form] };
}

/** What adapters taught that are applied by these weights, in the order of their connections; 0 is off. */
export function taughtByAdapters(
  inputs: PortFacets,
  weights: readonly number[],
): { readonly taught?: readonly Taught[] } {
  const taught = inputs['adapters']?.taught?.filter(({ edge = 0 }) => weights[edge] !== 0) ?? [];
  return taught.length === 0 ? {} : { taught };
}

interface Asked {
  /** Empty: none; absent: unknown. */
  readonly system: string | undefined;
  readonly adapterWeights: readonly number[];
}

/**
 * Warnings of a node that asks a model in its chat template under a system prompt, where
 * the model or its adapters were trained in another form. The last training counts: it sets the form.
 */
export function formWarnings(
  { system, adapterWeights }: Asked,
  inputs: PortFacets,
): FacetWarning[] {
  const isAdapted = inputs['adapters'] !== undefined;
  const port = isAdapted ? 'adapters' : 'model';
  const { taught: all = [] } = isAdapted
    ? taughtByAdapters(inputs, adapterWeights)
    : (inputs['model'] ?? {});
  return all.flatMap((taught): FacetWarning[] => {
    const node = taught.by;
    if (node === undefined) return [];
    const at = { node, port: 'dataset' };
    if (taught.kind === 'text') {
      const remedy =
        'Set “Template” of the dataset to chat. Plain text needs prompts and completions first.';
      return [
        {
          port,
          message: (trainer: string) =>
            `${trainer} trained on plain text, but this node asks in the model’s chat template, so the answers may not show what was learned. ${remedy}`,
          also: {
            ...at,
            message: (asker: string) =>
              `The rows are plain text, but ${asker} asks in the model’s chat template, so its answers may not show what was learned. ${remedy}`,
          },
        },
      ];
    }
    const { systems } = taught;
    if (systems === undefined || system === undefined || systems.includes(system.trim())) return [];
    const [trained, asks] = [underAny(systems), under(system)];
    return [
      {
        param: 'system',
        message: (trainer: string) =>
          `${trainer} trained ${trained}, but this node asks ${asks}; use the same system prompt in both.`,
        also: {
          ...at,
          message: (asker: string) =>
            `The rows are ${trained}, but ${asker} asks ${asks}; use the same system prompt in both.`,
        },
      },
    ];
  });
}

function under(system: string): string {
  const text = system.trim();
  if (text === '') return 'without a system prompt';
  const shown = text.length > shownLetters ? `${text.slice(0, shownLetters - 1)}…` : text;
  return `under the system prompt “${shown}”`;
}

function underAny(systems: readonly string[]): string {
  const [only = ''] = systems;
  return systems.length === 1
    ? under(only)
    : `under ${String(systems.length)} other system prompts`;
}
