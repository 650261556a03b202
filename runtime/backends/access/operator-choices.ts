import { GraphError, secretName } from '@graft/graph';
import type { SettingChanges } from './edited-settings.ts';
import { changeOperatorSettings, fileSettings } from './operator-file.ts';
import { operatorSettings, toldSettingsFile } from './operator-settings.ts';
import {
  isDatabase,
  isKey,
  RemoteAccess,
  secretPrefix,
  shortestSecret,
  type SecretState,
} from './remote-access.ts';
import {
  allowedEndpoints,
  endpointList,
  originOf,
  priceList,
  privateSites,
  statedPrices,
  type AllowedEndpoint,
  type StatedPrice,
} from './setting-lists.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a setting stands. The environment of Graft's process counts before the file. */
export type SettingPlace = 'file' | 'environment';

/** The operator's settings for people who look after them; never a value that is secret. */
export interface OperatorState {
  /** The file, with `~` below the home folder. */
  readonly file: string;
  /** Why settings do not count: the file cannot be read, or an entry is malformed. */
  readonly problem?: string;
  readonly secrets: readonly (SecretState & {
    readonly place: SettingPlace;
    /** Its value can be no key, so that Graft does not send it. */
    readonly unfit?: true;
  })[];
  readonly endpoints: readonly AllowedEndpoint[];
  readonly prices: readonly StatedPrice[];
  readonly privateSites: readonly string[];
  /** Of `HF_TOKEN`; the hub's own tools may keep another. */
  readonly hubToken?: SettingPlace;
  /** The device of runs that name none. */
  readonly device?: string;
  /** Settings that only the environment can change. */
  readonly fixed: readonly string[];
}

/** A secret and the servers that may receive it: none for the address of a database. */
export interface NewSecret {
  readonly name: string;
  readonly value: string;
  readonly origins: readonly string[];
}

/** Settings that can be fixed by the environment, besides secrets. */
const lists = [
  'GRAFT_ENDPOINTS',
  'GRAFT_PRICES',
  'GRAFT_PRIVATE_SITES',
  'HF_TOKEN',
  'GRAFT_DEVICE',
];

/**
 * Changes what the operator allows, in their file. A secret is written and never read back. An address is bound to it only
 * together with its value: whoever can change settings but does not know a key cannot have it sent elsewhere.
 */
export class OperatorChoices {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async state(): Promise<OperatorState> {
    const environment = this.#environment;
    const fixed = lists.filter((name) => environment[name] !== undefined);
    const about = { file: toldSettingsFile(environment), fixed };
    try {
      const [all, own] = [await operatorSettings(environment), await fileSettings(environment)];
      const place = (name: string): SettingPlace =>
        environment[name] === undefined && own[name] !== undefined ? 'file' : 'environment';
      return {
        ...about,
        secrets: new RemoteAccess(all).secrets().map((secret) => {
          const name = secretPrefix + secret.name;
          const isUnfit = secret.database !== true && !isKey((all[name] ?? '').trim());
          return { ...secret, place: place(name), ...(isUnfit ? { unfit: true } : {}) };
        }),
        endpoints: allowedEndpoints(all),
        prices: statedPrices(all),
        privateSites: privateSites(all),
        ...(all['HF_TOKEN'] ? { hubToken: place('HF_TOKEN') } : {}),
        ...(all['GRAFT_DEVICE'] ? { device: all['GRAFT_DEVICE'] } : {}),
      };
    } catch (error) {
      const problem = GraphError.from(error).message;
      const nothing = { secrets: [], endpoints: [], prices: [], privateSites: [] };
      return { ...about, problem, ...nothing };
    }
  }

  /** Sets a secret and binds it to these servers and no others. Throws `bad-input` for what can be none. */
  async setSecret({ name, value, origins }: NewSecret): Promise<void> {
    const key = value.trim();
    if (!secretName.test(name)) {
      throw bad('Name the key with capital letters, digits and _, as OPENAI.');
    }
    if (isDatabase(key)) {
      if (origins.length > 0) {
        throw bad('This is the address of a database. Remove the server: nothing else gets it.');
      }
      new RemoteAccess({ ...this.#environment, [secretPrefix + name]: key }).databaseAddress(name);
    } else if (!isKey(key)) {
      throw bad(`A key has at least ${shortestSecret} characters, and no spaces or line breaks.`);
    } else if (origins.length === 0) {
      throw bad('Name the server that may receive the key, as https://api.example.com.');
    }
    const bound = origins.map(requireOrigin);
    await this.#change((settings) => ({
      [secretPrefix + name]: key,
      ...changedEndpoints(settings, (all) => [
        ...all.filter(({ secret }) => secret !== name),
        ...bound.map((origin) => ({ origin, secret: name })),
      ]),
    }));
  }

  /** Removes a secret, and the servers from what may be asked to which it was bound. */
  removeSecret(name: string): Promise<void> {
    return this.#change((settings) => ({
      [secretPrefix + name]: undefined,
      ...changedEndpoints(settings, (all) => all.filter(({ secret }) => secret !== name)),
    }));
  }

  /** Allows graphs to ask a server without a key. */
  async allow(address: string): Promise<void> {
    const origin = requireOrigin(address);
    await this.#change((settings) =>
      changedEndpoints(settings, (all) =>
        all.some((each) => each.origin === origin) ? all : [...all, { origin, secret: undefined }],
      ),
    );
  }

  /** Takes back that a server may be asked, or that it may receive a secret. */
  forbid({ origin, secret }: AllowedEndpoint): Promise<void> {
    return this.#change((settings) =>
      changedEndpoints(settings, (all) =>
        all.filter((each) => each.origin !== origin || each.secret !== secret),
      ),
    );
  }

  /** States the price of a model at a server. */
  async setPrice({ model, origin: address, input, output }: StatedPrice): Promise<void> {
    const origin = requireOrigin(address);
    if (/[\s,]/.test(model)) throw bad('The name of a model has no spaces and no commas.');
    await this.#change((settings) =>
      changedPrices(settings, (all) => [
        ...all.filter((price) => price.origin !== origin || price.model !== model),
        { model, origin, input, output },
      ]),
    );
  }

  removePrice({ model, origin }: Pick<StatedPrice, 'model' | 'origin'>): Promise<void> {
    return this.#change((settings) =>
      changedPrices(settings, (all) =>
        all.filter((price) => price.origin !== origin || price.model !== model),
      ),
    );
  }

  /** Sets the token of the model hub; undefined removes it. */
  async setHubToken(token: string | undefined): Promise<void> {
    const value = token?.trim();
    if (value !== undefined && !/^[\x21-\x7e]{8,512}$/.test(value)) {
      throw bad('A token has at least 8 characters, and no spaces or line breaks.');
    }
    await this.#change(() => ({ HF_TOKEN: value }));
  }

  /** Sets the device of runs that name none; undefined leaves it to Graft. */
  setDevice(device: string | undefined): Promise<void> {
    return this.#change(() => ({ GRAFT_DEVICE: device }));
  }

  #change(decide: (settings: Environment) => SettingChanges): Promise<void> {
    return changeOperatorSettings(this.#environment, decide);
  }
}

/** A list that stays equal is not written: the environment may set it. */
function changedEndpoints(
  settings: Environment,
  change: (all: readonly AllowedEndpoint[]) => readonly AllowedEndpoint[],
): SettingChanges {
  const all = allowedEndpoints(settings);
  const list = endpointList(change(all));
  return list === endpointList(all) ? {} : { GRAFT_ENDPOINTS: list };
}

function changedPrices(
  settings: Environment,
  change: (all: readonly StatedPrice[]) => readonly StatedPrice[],
): SettingChanges {
  return { GRAFT_PRICES: priceList(change(statedPrices(settings))) };
}

function requireOrigin(address: string): string {
  const origin = originOf(address.trim());
  if (origin !== undefined) return origin;
  throw bad('Write the address of a server as https://api.example.com, without name and password.');
}

const bad = (message: string): GraphError => new GraphError('bad-input', message);
