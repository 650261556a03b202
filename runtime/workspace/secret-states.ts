import { operatorSettings, RemoteAccess, type SecretState } from '@graft/backends/access';
import { environment } from './env.ts';

/** The secrets that whoever runs Graft has set, by name. Their values stay with what sends them. */
export async function secretStates(): Promise<readonly SecretState[]> {
  return new RemoteAccess(await operatorSettings(environment)).secrets();
}
