import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import {
  GraphError,
  isLocked,
  parseGraph,
  plural,
  readRowsOf,
  rowsReader,
  type ReadRows,
} from '@graft/graph';
import type { PlanReport, Workspace } from '@graft/workspace';
import { z } from 'zod';
import { editDraft, type Choice } from '../edited-draft.ts';
import { namedEditor, openEditor } from '../editor.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { freezeNamed, type NamedOutput } from '../frozen-output.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { printProblems } from '../problem-report.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/** Bytes of the largest file of rows that an editor gets: it reads the whole file. */
const limit = { atMost: 256 * 1024 * 1024 };

/** The most steps that a message names; the others are counted. */
const namedSteps = 8;

/**
 * `graft edit FILE NODE[.PORT]`: freezes the rows unless they are frozen, opens the editor on them, and checks the
 * result.
 */
export async function edit(file: string, output: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  const named = { file, path: located.path, output };
  await using workspace = await open(located.root);
  const known = await rowsOfNode(workspace, named);
  // Checked before anything is frozen.
  const editor = requireEditor(named, known);
  const rows = known ?? (await frozenNow(workspace, named));
  const { file: of, type, written } = rows;
  const { text, revision } = await workspace.frozen.read(of, limit);
  const end = await editDraft(
    { text, name: basename(of) },
    {
      edit: (draft) => openEditor(editor, draft),
      save: async (edited, over) => {
        const base = over ? (await workspace.frozen.read(of, limit)).revision : revision;
        await workspace.frozen.save({ file: of, text: edited, base, type, written }, limit);
      },
      choose: askWhatNow,
    },
  );
  if (end.kind === 'unchanged') {
    print(`You changed nothing, so ${of} is unchanged.`);
    return exitCode.succeeded;
  }
  if (end.kind === 'left') {
    print(`${of} is unchanged. Your text is in ${end.draft}.`);
    return exitCode.badInput;
  }
  print(changesText(of, text, end.text));
  await lockToRows(workspace, located.path);
  const graph = parseGraph((await workspace.graphs.read(located.path)).text, file);
  print(planText(await workspace.runs.explain(graph, located.path)));
  return exitCode.succeeded;
}

/** Locks a locked graph to the edited rows, as a save on the page does. */
async function lockToRows(workspace: Workspace, path: string): Promise<void> {
  const { text, revision } = await workspace.graphs.read(path);
  if (!isLocked(parseGraph(text, path).lock)) return;
  const locked = await workspace.locks.saved(text, path);
  if (locked !== text) await workspace.graphs.save(path, locked, revision);
}

/** The rows that a node of the file reads; undefined for nodes that read none. */
async function rowsOfNode(
  workspace: Workspace,
  { file, path, output }: NamedOutput,
): Promise<ReadRows | undefined> {
  const { nodes } = parseGraph((await workspace.graphs.read(path)).text, file);
  const id = Object.hasOwn(nodes, output) ? output : output.replace(/\.rows$/, '');
  const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  const rows = readRowsOf(node);
  if (node?.type !== rowsReader || rows !== undefined) return rows;
  throw new GraphError(
    'bad-input',
    'This node reads no frozen file of Graft (frozen/….jsonl). Edit its file with your editor.',
    { location: { file, node: id } },
  );
}

/** Throws `bad-input` if no editor can be opened; the message says what to do instead. */
function requireEditor({ file, output }: NamedOutput, known: ReadRows | undefined): string {
  const instead =
    known === undefined
      ? `"graft freeze ${file} ${output}" writes the rows to a file that you can edit with any tool.`
      : `The rows are in ${known.file}; you can edit it with any tool.`;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new GraphError(
      'bad-input',
      `An editor needs a terminal, and this is not one. ${instead}`,
    );
  }
  const editor = namedEditor();
  if (editor !== undefined) return editor;
  throw new GraphError(
    'bad-input',
    `There is no editor. Set $VISUAL or $EDITOR, for example EDITOR=nano. ${instead}`,
  );
}

async function frozenNow(workspace: Workspace, named: NamedOutput): Promise<ReadRows> {
  const frozen = await freezeNamed(workspace, named);
  const are = frozen.rows === 1 ? 'is' : 'are';
  print(
    `${plural(frozen.rows, 'row')} ${are} frozen in ${frozen.file}, which "${frozen.id}" reads.`,
  );
  return frozen;
}

/**
 * Reports why a text was refused, and asks until there is a valid answer. At the end of the input, the draft is left.
 */
async function askWhatNow(refusal: GraphError, draft: string): Promise<Choice> {
  printProblems(refusal.problems);
  const stale = refusal.code === 'stale-save';
  print(`Your text is in ${draft}.`);
  const question = `Edit it [a]gain,${stale ? ' [o]verwrite the file,' : ''} or [l]eave it there? `;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('l')));
  try {
    for (;;) {
      const answer = await Promise.race([asking.question(question), ended]);
      const word = answer.trim().toLowerCase();
      if (word === 'a' || word === 'again') return 'again';
      if (stale && (word === 'o' || word === 'over')) return 'over';
      if (word === 'l' || word === 'leave') return 'leave';
    }
  } finally {
    asking.close();
  }
}

/** `frozen/a.jsonl: 12 rows, 3 of them new or changed, 1 less than before.` */
function changesText(file: string, before: string, after: string): string {
  const rowsOf = (text: string): string[] =>
    text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [old, now] = [rowsOf(before), rowsOf(after)];
  const left = new Map<string, number>();
  for (const line of old) left.set(line, (left.get(line) ?? 0) + 1);
  let changed = 0;
  for (const line of now) {
    const same = left.get(line) ?? 0;
    if (same > 0) left.set(line, same - 1);
    else changed += 1;
  }
  const fewer = old.length - now.length;
  const parts = [
    plural(now.length, 'row'),
    `${String(changed)} of them new or changed`,
    ...(fewer > 0 ? [`${String(fewer)} fewer than before`] : []),
  ];
  return `${file}: ${parts.join(', ')}.`;
}

/** `The next run computes 3 steps: chunk, embed, index; 2 are reused.` */
function planText({ nodes, reused, problems }: PlanReport): string {
  if (problems.length > 0) return 'The graph cannot run. graft plan shows the problems.';
  const run = nodes.filter(({ verdict }) => verdict !== 'hit').map(({ node }) => node);
  if (run.length === 0) return 'The next run reuses everything: an earlier run read the same rows.';
  const more = run.length - namedSteps;
  const names = run.slice(0, namedSteps).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
  return `The next run computes ${names}; ${String(reused)} ${reused === 1 ? 'step is' : 'steps are'} reused.`;
}
