import { execFileSync, spawn } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';

const file = 'edit.graft.json';
const frozen = 'frozen/edit/ask.questions.jsonl';
const graph = {
  graft: 1,
  nodes: { ask: { type: 'questions', version: 1, params: { questions: 'When?\nWhere?' } } },
  edges: [],
};

/** `script` gives a command a terminal, as util-linux has it. */
const hasScript = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

let folder: string;
let editor: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  editor = path.join(folder, 'editor.sh');
});
beforeEach(async () => {
  await rm(path.join(folder, 'frozen'), { recursive: true, force: true });
  await writeFile(path.join(folder, file), JSON.stringify(graph));
  expect(await graft(['run', file], { cwd: folder })).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An editor that types: each opening takes the next of some sed scripts; it has the file as `$1`. */
async function typing(...scripts: readonly string[]): Promise<string> {
  const cases = scripts.map((script, at) => `${String(at)}) ${script} ;;`).join('\n');
  const count = `${editor}.count`;
  await writeFile(count, '0');
  await writeFile(
    editor,
    `#!/bin/sh\nn=$(cat ${count}); echo $((n + 1)) > ${count}\ncase $n in\n${cases}\nesac\n`,
  );
  await chmod(editor, 0o755);
  return editor;
}

/** Runs the command on a terminal of its own, where `answers` are typed. */
function onTerminal(
  args: readonly string[],
  { answers = '', ...env }: { readonly answers?: string } & Record<string, string>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const command = [process.execPath, graftEntry, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, VISUAL: '', EDITOR: '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.includes('eave it there?')) child.stdin.write(`${answers}\n`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

const rowsOnDisk = (): Promise<string> => readFile(path.join(folder, frozen), 'utf8');

it('says what to do where there is no terminal, and freezes nothing', async () => {
  const refused = await graft(['edit', file, 'ask'], { cwd: folder, env: { EDITOR: 'true' } });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`"graft freeze ${file} ask" writes the rows to a file`);
  await expect(rowsOnDisk()).rejects.toThrow();
  expect(await graft(['freeze', file, 'ask'], { cwd: folder })).toMatchObject({ code: 0 });
  const again = await graft(['edit', file, 'ask'], { cwd: folder });
  expect(again.stderr).toContain(`The rows are in ${frozen}`);
});

it.skipIf(!hasScript)('freezes, opens the editor, saves, and says what runs again', async () => {
  const without = await onTerminal(['edit', file, 'ask'], {});
  expect(without).toMatchObject({
    code: 2,
    said: expect.stringContaining('Set $VISUAL or $EDITOR'),
  });
  await expect(rowsOnDisk()).rejects.toThrow();

  // An editor may have arguments, and $VISUAL goes before $EDITOR.
  const VISUAL = `${await typing(`sed -i 's/Where/Whence/' "$2"`)} --wait`;
  const edited = await onTerminal(['edit', file, 'ask.questions'], { VISUAL, EDITOR: 'false' });
  expect(edited.said).toContain(`${frozen}: 2 rows, 1 of them new or changed.`);
  expect(edited.said).toContain('The next run computes ask; 0 steps are reused.');
  expect(edited.code).toBe(0);
  expect(await rowsOnDisk()).toContain('"Whence?"');
  const run = await graft(['run', file, '--out', 'out'], { cwd: folder });
  expect(run).toMatchObject({ code: 0 });

  // The run has locked the graph; rows that are edited for it are locked again.
  const more = await typing(`sed -i 's/Whence/Whither/' "$1"`);
  expect(await onTerminal(['edit', file, 'ask'], { EDITOR: more })).toMatchObject({ code: 0 });
  const locked = await graft(['run', file, '--locked'], { cwd: folder });
  expect(locked).toMatchObject({ code: 0, stderr: expect.not.stringContaining('note') });

  const same = await onTerminal(['edit', file, 'ask'], { EDITOR: 'true' });
  expect(same).toMatchObject({ code: 0, said: expect.stringContaining('You changed nothing') });
});

it.skipIf(!hasScript)(
  'says where rows are none, opens the same text again, and keeps one that is left',
  async () => {
    const EDITOR = await typing(
      `sed -i 's/"Where?"/7/' "$1"`,
      `grep -q '"question":7' "$1" && sed -i 's/:7/:"Why?"/' "$1"`,
    );
    const mended = await onTerminal(['edit', file, 'ask'], { EDITOR, answers: 'a' });
    expect(mended.said).toContain('row 2, field "question": expected string, received number.');
    expect(mended.code).toBe(0);
    expect(await rowsOnDisk()).toContain('"Why?"');

    const before = await rowsOnDisk();
    const broken = await typing(`echo nonsense >> "$1"`);
    const left = await onTerminal(['edit', file, 'ask'], { EDITOR: broken, answers: 'l' });
    expect(left.code).toBe(2);
    expect(await rowsOnDisk()).toBe(before);
    const [, draft = ''] = /is unchanged\. Your text is in (\S+)\./.exec(left.said) ?? [];
    expect(await readFile(draft, 'utf8')).toBe(`${before}nonsense\n`);
    await rm(path.dirname(draft), { recursive: true });
  },
);

it.skipIf(!hasScript)('overwrites what was changed meanwhile only when told to', async () => {
  const theirs = `echo '{"question":"theirs"}' > ${path.join(folder, frozen)}`;
  const mine = `sed -i 's/Where/Whence/' "$1"`;
  const EDITOR = await typing(`${theirs}; ${mine}`);
  const left = await onTerminal(['edit', file, 'ask'], { EDITOR, answers: 'l' });
  expect(left.said).toContain('Graft did not overwrite it');
  expect(await rowsOnDisk()).toBe('{"question":"theirs"}\n');
  const [, draft = ''] = /is unchanged\. Your text is in (\S+)\./.exec(left.said) ?? [];
  expect(await readFile(draft, 'utf8')).toContain('Whence');
  await rm(path.dirname(draft), { recursive: true });

  const again = await typing(`${theirs}; echo '{"question":"mine"}' > "$1"; echo >> ${frozen}`);
  const over = await onTerminal(['edit', file, 'ask'], { EDITOR: again, answers: 'o' });
  expect(over.code).toBe(0);
  expect(await rowsOnDisk()).toBe('{"question":"mine"}\n');
});
