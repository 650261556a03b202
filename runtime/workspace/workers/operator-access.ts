import { operatorSettings, RemoteAccess } from '@graft/backends/access';
import { environment } from '../env.ts';

/** What whoever runs Graft allows to ask, as it is set now. Throws `unavailable` where others can read the settings. */
export async function operatorAccess(): Promise<RemoteAccess> {
  return new RemoteAccess(await operatorSettings(environment));
}
