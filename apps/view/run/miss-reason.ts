import {
  type MissReason,
  type NodeType,
  type StepStatus,
  paramFields,
  plural,
  resumedText,
  stoppedText,
} from '@graft/graph';
import type { StepView } from './step-view.ts';

/** One difference, in words: `size` `512` → `256`. Values are absent where they are only digests. */
interface Change {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** Why a step ran or was reused, for one line. */
export interface ReasonLine {
  /** `Re-ran because`, or the whole sentence where there are no changes. */
  readonly lead: string;
  readonly changes: readonly Change[];
  readonly rest?: string;
}

/** Differences named; more are counted. */
const changeLimit = 3;

export const isDigest = (value: string | undefined): boolean =>
  value !== undefined && /^(sha256:)?[0-9a-f]{64}( |$)/.test(value);

/** A key part's value as people know it: JSON text loses its quotes. */
export function plain(value: string): string {
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

export function partName(name: string, definition: NodeType | undefined): string {
  const dot = name.indexOf('.');
  const kind = dot === -1 ? name : name.slice(0, dot);
  const rest = dot === -1 ? '' : name.slice(dot + 1);
  switch (kind) {
    case 'param': {
      const fields = definition === undefined ? [] : paramFields(definition);
      return fields.find((field) => field.name === rest)?.title.toLowerCase() ?? rest;
    }
    case 'input':
      return `the input ${rest}`;
    case 'embedder':
      return `the embedder of ${rest}`;
    case 'file':
      return rest;
    case 'files':
      return rest.endsWith('.count') ? 'the number of files' : 'a file';
    case 'model':
      return 'the model';
    case 'implementation':
      return 'the version of this node type';
    case 'device':
      return 'the device';
    default:
      return name;
  }
}

function changes(
  reason: Extract<MissReason, { kind: 'changed' }>,
  definition: NodeType | undefined,
): Change[] {
  // A folded list of files always changes together with its digest; the count says more.
  const parts = reason.parts.filter(
    ({ name }, _index, all) =>
      !name.startsWith('files.') ||
      name.endsWith('.count') ||
      !all.some((other) => other.name === `${name}.count`),
  );
  return parts.map(({ name, before, after }) => ({
    what: partName(name, definition),
    ...(before === undefined || isDigest(before) ? {} : { before: plain(before) }),
    ...(after === undefined || isDigest(after) ? {} : { after: plain(after) }),
  }));
}

/** What the items of a node are. */
function tried(definition: NodeType | undefined): string {
  const over = definition?.items?.over;
  return typeof over === 'object' && 'files' in over ? 'file' : 'row';
}

/** Why a step has to run, as a verb and what changed. */
export function reasonLine(
  reason: MissReason,
  words: { readonly ran: string; readonly definition: NodeType | undefined },
): ReasonLine {
  switch (reason.kind) {
    case 'first':
      return { lead: `${words.ran} for the first time in this file.`, changes: [] };
    case 'evicted':
      return { lead: `${words.ran} because its result was removed.`, changes: [] };
    case 'unfinished':
      return { lead: `${words.ran} because it did not finish last time.`, changes: [] };
    case 'incomplete':
      return {
        lead: `${words.ran} to retry ${plural(reason.failed, tried(words.definition))} that failed last time.`,
        changes: [],
      };
    case 'volatile':
      return { lead: `${words.ran} because its result is never reused.`, changes: [] };
    case 'changed': {
      // With the type, all parameters changed: their names say less.
      if (reason.parts.some(({ name }) => name === 'type')) {
        const now = words.definition?.title ?? 'another node type';
        return {
          lead: `${words.ran} because this node was replaced: it is ${now} now.`,
          changes: [],
        };
      }
      const all = changes(reason, words.definition);
      const more = all.length - changeLimit;
      return {
        lead: `${words.ran} because`,
        changes: all.slice(0, changeLimit),
        ...(more > 0 ? { rest: `and ${more} more` } : {}),
      };
    }
  }
}

/** The same as plain text: `Ran again because chunk size 512 → 256 changed.` */
export function reasonSentence({ lead, changes, rest }: ReasonLine): string {
  const all = changes.map(({ what, before, after }) =>
    [what, before, after === undefined ? undefined : `→ ${after}`]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  if (all.length === 0) return lead;
  const end = rest ?? (all.length > 1 ? `and ${all.pop() ?? ''}` : '');
  return [lead, all.join(', '), end, 'changed.'].filter((part) => part !== '').join(' ');
}

/** Why a step of a run ran; undefined where it was reused, or nobody knows. */
export function ranBecause(
  { status, reason }: Pick<StepView, 'status' | 'reason'>,
  definition: NodeType | undefined,
): ReasonLine | undefined {
  if (status === 'cached' || reason === undefined) return undefined;
  const first = reason.kind === 'first' ? 'Ran' : 'Ran again';
  const others: Partial<Record<StepStatus, string>> = {
    cancelled: 'Would have run',
    running: 'Running',
  };
  return reasonLine(reason, { ran: others[status] ?? first, definition });
}

/** Of a step that trains: what it continued from, and where it stopped. */
export function checkpointText({
  status,
  checkpoints,
}: Pick<StepView, 'status' | 'checkpoints'>): string {
  if (checkpoints === undefined) return '';
  const resumed = resumedText(checkpoints.from, status === 'running' ? 'Continues' : 'Continued');
  const isOver = status === 'cancelled' || status === 'failed' || status === 'skipped';
  return [resumed, isOver ? stoppedText(checkpoints) : '']
    .filter((text) => text !== '')
    .map((text) => ` ${text}`)
    .join('');
}

/** Whether everything that a step depends on was reused. */
export function allReused(above: readonly (StepView | undefined)[]): boolean {
  return above.length > 0 && above.every((step) => step?.status === 'cached');
}
