import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';
import { parsedSettings } from './edited-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The file of the operator's settings, outside every workspace: `graft/settings.env` in the user's configuration. */
export function settingsFile(environment: Environment): string {
  const folder = environment['XDG_CONFIG_HOME'] ?? '';
  return join(folder === '' ? join(homedir(), '.config') : folder, 'graft', 'settings.env');
}

/** Its name for messages: with `~` below the home folder. */
export function toldSettingsFile(environment: Environment): string {
  const file = settingsFile(environment);
  const home = homedir() + sep;
  return file.startsWith(home) ? `~/${file.slice(home.length).replaceAll(sep, '/')}` : file;
}

/**
 * Settings of the person who runs Graft: lines `NAME=value` of their file, overridden by the environment. Throws
 * `unavailable` if other users of the machine can read the file, because it holds secrets.
 */
export async function operatorSettings(environment: Environment): Promise<Environment> {
  const text = await settingsText(settingsFile(environment));
  return text === undefined ? environment : { ...parsedSettings(text), ...environment };
}

/** The text of the file; undefined if there is none. Throws as `operatorSettings`. */
export async function settingsText(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new GraphError(
        'unavailable',
        `${file} holds secrets, but other users can read it. Run chmod 600 ${file}`,
        { audience: 'operator' },
      );
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!hasCode(error, 'EACCES', 'EISDIR', 'ENOTDIR')) throw error;
    throw new GraphError(
      'unavailable',
      `Graft cannot read ${file}. It must be your own file, with lines NAME=value.`,
      { audience: 'operator', cause: error },
    );
  }
}
