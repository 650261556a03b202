import type { ModelMachine } from '@graft/backends/catalogue';
import { DeviceDirectory, modelMachine } from '@graft/backends/probe';
import type { StepDevice } from '@graft/engine';
import type { NodeType } from '@graft/graph';

/** Where nodes compute: a real device of their engine, for keys and for what loads models alike. */
export class StepDevices {
  readonly #directory: DeviceDirectory;
  readonly #elsewhere: (() => Promise<readonly string[]>) | undefined;

  /** `file`: where what the machine has is remembered. `elsewhere`: devices of workers on other machines. */
  constructor(file: string, elsewhere?: () => Promise<readonly string[]>) {
    this.#directory = new DeviceDirectory({ file });
    this.#elsewhere = elsewhere;
  }

  /** Ids of this machine's devices. */
  list(): Promise<readonly string[]> {
    return this.#directory.devices();
  }

  /** What the machine has for language models. A machine that cannot be asked has no GPU. */
  readonly modelMachine = (): Promise<ModelMachine> =>
    this.#directory.modelMachine().catch(() => modelMachine({ id: 'cpu' }));

  /** Throws `bad-param` or `unavailable` for a device that cannot be. */
  require(device: string): Promise<void> {
    return this.#directory.require(device, this.#elsewhere);
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
