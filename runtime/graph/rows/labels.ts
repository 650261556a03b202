import { z } from 'zod';
import { GraphError, type GraphErrorCode, type Problem } from '../base/errors.ts';
import { byCodeUnit } from '../base/record.ts';

/** Version of a label's line. A line without one has version 1. */
export const labelVersion = 1;

/** A person's verdict on an answer. `skip`: undecidable. */
const labelValueSchema = z.enum(['right', 'wrong', 'skip']);
export type LabelValue = z.infer<typeof labelValueSchema>;

/**
 * A line of a labels file. It identifies question and answer by their texts, so that it applies wherever this answer is
 * given to this question, and to no other; `id` is the question's and sorts the lines. Further fields stay.
 */
const labelSchema = z.looseObject({
  id: z.string(),
  question: z.string(),
  answer: z.string(),
  label: labelValueSchema,
  note: z.string().optional(),
  version: z.literal(labelVersion).optional(),
});
const versionedSchema = z.looseObject({ version: z.int().min(1).default(1) });
export type Label = z.infer<typeof labelSchema>;

/** By `labelKey`. */
export type Labels = ReadonlyMap<string, Label>;

/** What a label applies to. */
export function labelKey({ question, answer }: Pick<Label, 'question' | 'answer'>): string {
  return JSON.stringify([question, answer]);
}

/** Most problems of a text to report; more add nothing. */
const mostProblems = 20;

/**
 * Parses a labels file. Throws `bad-row` with each invalid line, at most 20, and each that contradicts an earlier line,
 * as a merge may leave them; `newer-format` if a line has a later version.
 */
export function parseLabels(text: string, file: string): Labels {
  const labels = new Map<string, Label>();
  const lines = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [at, content] of text.split('\n').entries()) {
    if (content.trim() === '' || problems.length === mostProblems) continue;
    const line = at + 1;
    const refuse = (why: string, code: GraphErrorCode = 'bad-row'): void => {
      const message = `${file}, line ${line}: ${why}`;
      problems.push({ code, message, location: { file, line }, audience: 'user' });
    };
    const { label, why = '', code } = labelOf(content);
    if (label === undefined) {
      refuse(why, code);
      continue;
    }
    const key = labelKey(label);
    const before = labels.get(key);
    if (before !== undefined && before.label !== label.label) {
      refuse(
        `it labels an answer ${label.label} that line ${lines.get(key) ?? line} labels ${before.label}. Delete one of the two lines.`,
      );
      continue;
    }
    labels.set(key, before === undefined ? label : joined(before, label));
    lines.set(key, line);
  }
  const [first] = problems;
  if (first === undefined) return labels;
  throw new GraphError(first.code, first.message, { location: first.location, problems });
}

/** Merges two lines with the same label for an answer: keeps the notes of either. */
function joined(one: Label, other: Label): Label {
  const notes = [one.note ?? '', other.note ?? ''].flatMap((note) => note.split('; '));
  const note = [...new Set(notes)].filter((part) => part !== '').join('; ');
  return { ...one, ...other, ...(note === '' ? {} : { note }) };
}

interface ReadLabel {
  readonly label?: Label;
  /** Why the line is invalid. */
  readonly why?: string;
  readonly code?: GraphErrorCode;
}

function labelOf(content: string): ReadLabel {
  let value: unknown;
  try {
    // Without the byte order mark that the first line may have.
    value = JSON.parse(content.trim());
  } catch {
    return { why: 'this is not JSON. Each line holds one label, an object.' };
  }
  const { version = 1 } = versionedSchema.safeParse(value).data ?? {};
  if (version > labelVersion) {
    const why = `this label has version ${version}; this Graft reads up to version ${labelVersion}. Update Graft.`;
    return { why, code: 'newer-format' };
  }
  const read = labelSchema.safeParse(value);
  if (read.success) return { label: read.data };
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') ?? '';
  return {
    why: `this is not a label: ${field === '' ? '' : `"${field}": `}${issue?.message ?? 'it has the wrong shape'}.`,
  };
}

/**
 * The text of a labels file: one line for each, sorted, so that labels of different answers never conflict in a diff.
 */
export function labelsText(labels: Labels): string {
  return [...labels.values()]
    .toSorted(
      (a, b) =>
        byCodeUnit(a.id, b.id) ||
        byCodeUnit(a.question, b.question) ||
        byCodeUnit(a.answer, b.answer),
    )
    .map(({ id, question, answer, label, note, version, ...rest }) => {
      const noted = note === undefined || note === '' ? {} : { note };
      const versioned = version === undefined ? {} : { version };
      return `${JSON.stringify({ id, question, answer, label, ...noted, ...versioned, ...rest })}\n`;
    })
    .join('');
}

/** Labels of two people that started from the same file. */
export interface LabelMerge {
  /** Labels that both changed; theirs if both changed the same label differently. */
  readonly labels: Labels;
  /** By key, mine if both changed a label differently; undefined: I removed it. */
  readonly clashes: ReadonlyMap<string, Label | undefined>;
}

/** Merges label by label. */
export function mergeLabels(base: Labels, theirs: Labels, mine: Labels): LabelMerge {
  const labels = new Map(theirs);
  const clashes = new Map<string, Label | undefined>();
  for (const key of new Set([...base.keys(), ...mine.keys()])) {
    const [was, their, own] = [base.get(key), theirs.get(key), mine.get(key)];
    if (isSame(own, was) || isSame(own, their)) continue;
    if (!isSame(their, was)) clashes.set(key, own);
    else if (own === undefined) labels.delete(key);
    else labels.set(key, own);
  }
  return { labels, clashes };
}

function isSame(one: Label | undefined, other: Label | undefined): boolean {
  return one?.label === other?.label && (one?.note ?? '') === (other?.note ?? '');
}
