import { spawn } from 'node:child_process';
import { GraphError } from '@graft/graph';
import { env } from './env.ts';

/** The person's editor as they named it, which may have arguments: `code --wait`. Undefined where none is named. */
export function namedEditor(): string | undefined {
  return [env.visual, env.editor].find((command) => command !== undefined && command.trim() !== '');
}

/**
 * Opens a file in an editor, on this terminal, and waits until it is closed. Throws `bad-input` where it cannot be started
 * or ends with an error: what was typed is then not meant to be taken.
 */
export async function openEditor(editor: string, file: string): Promise<void> {
  // Ctrl+C is the editor's while it is open.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    const code = await closed(editor, file);
    if (code === 0) return;
    throw new GraphError(
      'bad-input',
      `The editor "${editor}" ended with exit code ${String(code)}. Set $VISUAL or $EDITOR to another editor.`,
    );
  } finally {
    process.off('SIGINT', ignore);
  }
}

/** By the shell, as git does it, since the command may have arguments; the file's name never passes through it. */
function closed(editor: string, file: string): Promise<number | null> {
  const child =
    process.platform === 'win32'
      ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
      : spawn('sh', ['-c', `${editor} "$1"`, 'graft', file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
