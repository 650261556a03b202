import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$GRAFT_MODELS`, else `$XDG_CACHE_HOME/graft/models`, else `~/.cache/graft/models`. */
export function defaultModelsFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['GRAFT_MODELS']) return env['GRAFT_MODELS'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'graft', 'models');
}
