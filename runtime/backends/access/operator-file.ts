import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, isUnwritable, LockBusyError, replaceFile, withFileLock } from '@graft/kit';
import { editedSettings, parsedSettings, type SettingChanges } from './edited-settings.ts';
import { settingsFile, settingsText, toldSettingsFile } from './operator-settings.ts';
import { refused } from './setting-lists.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds to wait for another process that writes the file. */
const patience = 10_000;

/** The settings of the file alone; empty if there is none. Throws as `operatorSettings`. */
export async function fileSettings(environment: Environment): Promise<Environment> {
  return parsedSettings((await settingsText(settingsFile(environment))) ?? '');
}

/**
 * Changes settings of the operator's file: one change at a time, whoever makes it, and each sees the one before.
 * `decide` gets the settings that hold now. Keeps all other lines; a new file is readable by its owner alone. Throws
 * `unavailable` if the environment sets one of them, since the file would not count, and if the file is not the
 * operator's own or cannot be written.
 */
export async function changeOperatorSettings(
  environment: Environment,
  decide: (settings: Environment) => SettingChanges,
): Promise<void> {
  const named = settingsFile(environment);
  try {
    await mkdir(dirname(named), { recursive: true, mode: 0o700 });
    await withFileLock(`${named}.lock`, { patience }, async () => {
      const text = (await settingsText(named)) ?? '';
      const file = await writablePath(named);
      const changes = decide({ ...parsedSettings(text), ...environment });
      for (const name of Object.keys(changes)) requireUnset(name, environment);
      const edited = editedSettings(text, changes);
      if (edited !== text) await replaceFile(file, edited, { newMode: 0o600 });
    });
  } catch (error) {
    if (error instanceof GraphError) throw error;
    if (error instanceof LockBusyError) {
      throw refused(
        `Another process (${String(error.pid)}) is writing ${named}. Try again when it has finished.`,
      );
    }
    if (!isUnwritable(error) && !hasCode(error, 'EEXIST', 'ENOTDIR', 'EISDIR')) throw error;
    throw new GraphError(
      'unavailable',
      `Graft cannot write ${named}. Make it and its folder your own to write, or edit it in a text editor.`,
      { audience: 'operator', cause: error },
    );
  }
}

/** The path that is written: what keeps the file elsewhere and links to it stays a link. Throws `unavailable` for a file that its owner has protected, or another owns. */
async function writablePath(named: string): Promise<string> {
  const file = await realpath(named).catch(() => named);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return file;
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (isOwn && (found.mode & 0o200) !== 0) return file;
  throw refused(
    isOwn
      ? `${named} is read-only. Run chmod 600 ${named}, or edit it in a text editor.`
      : `${named} belongs to another account of this machine. Edit it as that account.`,
  );
}

function requireUnset(name: string, environment: Environment): void {
  if (environment[name] === undefined) return;
  throw refused(
    `${name} is set in the environment of Graft, which overrides ${toldSettingsFile(environment)}. Change it where Graft is started.`,
  );
}
