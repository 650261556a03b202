/** A tab of the settings. `secret`: the name of the key to enter there. */
export interface SettingsPlace {
  readonly tab: 'keys' | 'machine' | 'models' | 'disk';
  readonly secret?: string;
}

/**
 * Where a message leads whose remedy is a setting: it names the variable. Only the name of a key is taken from it, never
 * an address: a stranger's graph may have named that.
 */
export function namedSetting(message: string): SettingsPlace | undefined {
  const secret = /GRAFT_SECRET_([A-Z][A-Z0-9_]*)/.exec(message)?.[1];
  if (secret !== undefined) return { tab: 'keys', secret };
  if (/GRAFT_(?:ENDPOINTS|PRICES)|HF_TOKEN/.test(message)) return { tab: 'keys' };
  return /GRAFT_DEVICE/.test(message) ? { tab: 'machine' } : undefined;
}
