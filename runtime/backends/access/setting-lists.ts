import { GraphError, type TokenPrice } from '@graft/graph';
import { toldSettingsFile } from './operator-settings.ts';

type Settings = Readonly<Record<string, string | undefined>>;

/** An address that graphs may ask. */
export interface AllowedEndpoint {
  /** `https://api.example.com` */
  readonly origin: string;
  /** Name of the secret that it may receive. */
  readonly secret: string | undefined;
}

/** What a server charges for a model, in US dollars for a million tokens. */
export interface StatedPrice extends TokenPrice {
  /** Empty for a server whose requests name no model. */
  readonly model: string;
  readonly origin: string;
}

const entriesOf = (list = ''): string[] => list.split(/[\s,]+/).filter((entry) => entry !== '');

/** The origin of the address of a server; undefined for text that is none, or that holds a name or password. */
export function originOf(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isServer = url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '';
  return isServer && url.username === '' && url.password === '' ? url.origin : undefined;
}

/** `GRAFT_ENDPOINTS`. Throws `unavailable` for an entry of another form, without quoting it. */
export function allowedEndpoints(settings: Settings): AllowedEndpoint[] {
  return entriesOf(settings['GRAFT_ENDPOINTS']).map((entry) => {
    const [, secret, address = ''] = /^(?:([A-Z][A-Z0-9_]*)@)?(.*)$/.exec(entry) ?? [];
    const origin = originOf(address);
    if (origin !== undefined) return { origin, secret };
    throw refused(
      `GRAFT_ENDPOINTS (in ${toldSettingsFile(settings)} or the environment) has an entry that is neither an address nor NAME@address. Write https://api.example.com, or MY_KEY@https://api.example.com.`,
    );
  });
}

/** The value of `GRAFT_ENDPOINTS` that lists these; undefined for none. */
export function endpointList(endpoints: readonly AllowedEndpoint[]): string | undefined {
  const entries = endpoints.map(({ origin, secret }) =>
    secret === undefined ? origin : `${secret}@${origin}`,
  );
  return entries.length === 0 ? undefined : [...new Set(entries)].join(' ');
}

/** `GRAFT_PRICES`: `MODEL@https://api.example.com=INPUT/OUTPUT`. Throws `unavailable` for an entry of another form. */
export function statedPrices(settings: Settings): StatedPrice[] {
  return entriesOf(settings['GRAFT_PRICES']).map((entry) => {
    const parts = /^(.*)@(https?:\/\/[^@=]+)=(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(entry);
    const [, model = '', address = '', input, output = '0'] = parts ?? [];
    if (parts !== null && URL.canParse(address)) {
      const { origin } = new URL(address);
      return { model, origin, input: Number(input), output: Number(output) };
    }
    throw refused(
      `GRAFT_PRICES (in ${toldSettingsFile(settings)} or the environment) has the entry ${entry}, which is not a price. Write MODEL@https://api.example.com=0.25/2: US dollars per million tokens that the model reads, and per million that it writes.`,
    );
  });
}

/** The value of `GRAFT_PRICES` that states these; undefined for none. */
export function priceList(prices: readonly StatedPrice[]): string | undefined {
  const entries = prices.map(
    ({ model, origin, input, output }) =>
      `${model}@${origin}=${plain(input)}${output === 0 ? '' : `/${plain(output)}`}`,
  );
  return entries.length === 0 ? undefined : entries.join(' ');
}

/** Without an exponent. */
const plain = (price: number): string => price.toFixed(9).replace(/\.?0+$/, '');

/** `GRAFT_PRIVATE_SITES`. Throws `unavailable` for an entry that is no site. */
export function privateSites(settings: Settings): string[] {
  return entriesOf(settings['GRAFT_PRIVATE_SITES']).map((entry) => {
    const site = URL.canParse(entry) ? new URL(entry) : undefined;
    if (site !== undefined && /^https?:$/.test(site.protocol)) return site.origin;
    throw refused(
      `GRAFT_PRIVATE_SITES (in ${toldSettingsFile(settings)} or the environment) has an entry that is not the address of a site. Write http://10.0.0.5:8000, or https://wiki.example.`,
    );
  });
}

/** What the operator has to act on. */
export function refused(message: string): GraphError {
  return new GraphError('unavailable', message, { audience: 'operator' });
}
