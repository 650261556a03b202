import {
  type MissReason,
  type NodeType,
  paramFields,
  resumedText,
  stoppedText,
} from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import type { StepView } from '@graft/view';

/** One difference in words: `size` `512` → `256`. Without values, if they are only digests. */
interface Change {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** Why a step ran or was reused, on one line. */
export interface ReasonLine {
  /** `Re-ran because`, or the whole sentence without changes. */
  readonly lead: string;
  readonly changes: readonly Change[];
  readonly rest?: string;
}

/** The most differences that are named; others are counted. */
const changeLimit = 3;

export const isDigest = (value: string | undefined): boolean =>
  value !== undefined && /^(sha256:)?[0-9a-f]{64}( |$)/.test(value);

/** The value of a key part for people: JSON texts lose their quotes. */
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
  // The digest of a folded list of files always changes with the list; the count says more.
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

/** The noun for the items of a node. */
function tried(definition: NodeType | undefined): string {
  const over = definition?.items?.over;
  return typeof over === 'object' && 'files' in over ? 'file' : 'row';
}

/** Why a step must run, as a verb and the changes. */
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

/** Where training continued from, and where it stopped. */
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

/** Why a step ran, with the changes emphasized. */
export function ReasonSentence({ line }: { readonly line: ReasonLine }) {
  return (
    <>
      {line.lead}
      {line.changes.map(({ what, before, after }, index) => (
        <span key={what}>
          {index === 0
            ? ' '
            : line.rest === undefined && index === line.changes.length - 1
              ? ' and '
              : ', '}
          <b className="font-semibold">{what}</b>
          {index === line.changes.length - 1 && line.rest === undefined ? ' changed' : ''}
          {before === undefined ? null : (
            <s className="ml-1 font-mono text-[11.5px] text-ink-2">{before}</s>
          )}
          {after === undefined ? null : <span className="font-mono text-[11.5px]"> → {after}</span>}
        </span>
      ))}
      {line.rest === undefined ? '' : ` ${line.rest} changed`}
      {line.changes.length > 0 ? '.' : ''}
    </>
  );
}
