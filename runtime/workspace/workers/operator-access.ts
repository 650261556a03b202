import { operatorSettings, RemoteAccess, type SecretState } from '@graft/backends/access';
import { environment } from '../env.ts';

/** What whoever runs Graft allows to ask, as it is set now. Throws `unavailable` where others can read the settings. */
export async function operatorAccess(): Promise<RemoteAccess> {
  return new RemoteAccess(await operatorSettings(environment));
}

/** The secrets that whoever runs Graft has set, by name, and where each may be sent; never a value. */
export async function secretStates(): Promise<readonly SecretState[]> {
  return (await operatorAccess()).secrets();
}
