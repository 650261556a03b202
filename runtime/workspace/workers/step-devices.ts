import type { ModelMachine } from '@graft/backends/catalogue';
import { DeviceDirectory, modelMachine } from '@graft/backends/probe';
import type { StepDevice } from '@graft/engine';
import type { NodeType } from '@graft/graph';

/** Where nodes compute: a real device of their engine, for keys and for what loads models alike. */
export class StepDevices {
  readonly #directory: DeviceDirectory;

  /** `file`: where what the machine has is remembered. */
  constructor(file: string) {
    this.#directory = new DeviceDirectory({ file });
  }

  /** What the machine has for language models. A machine that cannot be asked has no GPU. */
  readonly modelMachine = (): Promise<ModelMachine> =>
    this.#directory.modelMachine().catch(() => modelMachine({ id: 'cpu' }));

  /** Throws `bad-param` or `unavailable` for a device that cannot be. */
  require(device: string): Promise<void> {
    return this.#directory.require(device);
  }

  readonly deviceOf = async (
    { device: { needs }, engines }: NodeType,
    wanted: string,
  ): Promise<StepDevice> => {
    if (needs === 'cpu') return { id: 'cpu', class: 'cpu' };
    const id = await this.#directory.deviceOf(engines?.[0], wanted);
    return { id, class: id.split(':')[0] ?? id };
  };
}
