import {
  OperatorChoices,
  operatorSettings,
  RemoteAccess,
  toldSettingsFile,
  type SecretState,
} from '@graft/backends/access';
import { GraphError } from '@graft/graph';
import { environment } from '../env.ts';

/** What whoever runs Graft allows to ask, as it is set now. Throws `unavailable` where others can read the settings. */
export async function operatorAccess(): Promise<RemoteAccess> {
  return new RemoteAccess(await operatorSettings(environment));
}

/** The secrets that whoever runs Graft has set, by name, and where each may be sent; never a value. */
export async function secretStates(): Promise<readonly SecretState[]> {
  return (await operatorAccess()).secrets();
}

/** The settings of whoever runs Graft, for the page that changes them. */
export const operatorChoices = new OperatorChoices(environment);

/** Where a run computes whose caller names no device. Settings that cannot be read are reported by what needs them. */
async function operatorDevice(): Promise<string> {
  const settings = await operatorSettings(environment).catch(() => environment);
  return settings['GRAFT_DEVICE'] || 'auto';
}

/**
 * The device of a run: the one that its caller names, else the operator's. `require` throws for one that cannot be; the
 * error then says which setting chose it.
 */
export async function deviceOfRun(
  named: string | undefined,
  require: (device: string) => Promise<void>,
): Promise<string> {
  const device = named ?? (await operatorDevice());
  try {
    await require(device);
    return device;
  } catch (error) {
    if (named !== undefined) throw error;
    const { code, message, audience } = GraphError.from(error);
    const where = `GRAFT_DEVICE, in ${toldSettingsFile(environment)} or the environment, chooses it.`;
    throw new GraphError(code, `${message} ${where}`, { audience, cause: error });
  }
}
