import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';

type Environment = Readonly<Record<string, string | undefined>>;

/** The file of the operator's settings, in no workspace: `graft/settings.env` of the user's configuration. */
export function settingsFile(environment: Environment): string {
  const folder = environment['XDG_CONFIG_HOME'] ?? '';
  return join(folder === '' ? join(homedir(), '.config') : folder, 'graft', 'settings.env');
}

/** The same as messages name it: by `~` where it is below the home folder. */
export function toldSettingsFile(environment: Environment): string {
  const file = settingsFile(environment);
  const home = homedir() + sep;
  return file.startsWith(home) ? `~/${file.slice(home.length).replaceAll(sep, '/')}` : file;
}

/**
 * What whoever runs Graft has set: lines `NAME=value` of their file, and over those the environment. Throws `unavailable`
 * where other people of the machine can read the file, since it holds secrets.
 */
export async function operatorSettings(environment: Environment): Promise<Environment> {
  const file = settingsFile(environment);
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new GraphError(
        'unavailable',
        `${file} holds secrets, but other users can read it. Run chmod 600 ${file}`,
        { audience: 'operator' },
      );
    }
    // Without the mark of byte order that some editors write: it would be of the first name.
    const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
    return { ...parseEnv(text), ...environment };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return environment;
    if (!hasCode(error, 'EACCES', 'EISDIR')) throw error;
    throw new GraphError(
      'unavailable',
      `Graft cannot read ${file}. It must be your own file, with lines NAME=value.`,
      { audience: 'operator', cause: error },
    );
  }
}
