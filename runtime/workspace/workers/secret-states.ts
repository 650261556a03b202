import type { SecretState } from '@graft/backends/access';
import { operatorAccess } from './operator-access.ts';

/** The secrets that whoever runs Graft has set, by name. Their values stay with what sends them. */
export async function secretStates(): Promise<readonly SecretState[]> {
  return (await operatorAccess()).secrets();
}
