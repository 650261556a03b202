import { createHash } from 'node:crypto';
import { isLoopback, type GraphError, type TokenPrice } from '@graft/graph';
import { toldSettingsFile } from './operator-settings.ts';
import { isHidden, writtenAddress } from './public-address.ts';
import { allowedEndpoints, privateSites, refused, statedPrices } from './setting-lists.ts';

/** A secret of the operator's settings, for people who choose one; never its value. */
export interface SecretState {
  readonly name: string;
  /** Origins that may receive it: `https://api.example.com`. */
  readonly origins: readonly string[];
  /** It is the address of a database; nothing else may receive it. */
  readonly database?: true;
}

/** A key for requests; sent only to the origins that it is bound to. */
export interface Key {
  readonly name: string;
  readonly value: string;
}

/** What the names of variables that are secrets begin with. */
export const secretPrefix = 'GRAFT_SECRET_';
const prefix = secretPrefix;
/** Parameters of an address that do not change what it leads to, and those that are secrets. */
const onlyTheWay =
  /^(?:ssl.*|pass(?:word)?|passfile|connect_timeout|keepalives.*|tcp_user_timeout|application_name|channel_binding|gssencmode)$/i;
/** Characters. Removing shorter secrets would damage ordinary text. */
export const shortestSecret = 8;

/** Whether text can be a key: one that is sent in a header, and long enough to be removed from replies. */
export function isKey(value: string): boolean {
  return value.length >= shortestSecret && /^[\x21-\x7e]+$/.test(value);
}

/**
 * Decides which addresses graphs may ask, and which secret each may receive. A stranger may have written the graph: it
 * chooses among what the operator allows, and cannot send a secret or workspace data anywhere else. Any graph may ask
 * this machine, without a key.
 *
 * `GRAFT_SECRET_NAME` is a secret. `GRAFT_ENDPOINTS` lists origins, each after the secret that it may receive, if any:
 * `OPENAI@https://api.openai.com http://10.0.0.5:8000`. `GRAFT_PRIVATE_SITES` lists origins on this machine or a
 * private network whose pages graphs may read.
 */
export class RemoteAccess {
  readonly #settings: Readonly<Record<string, string | undefined>>;

  constructor(settings: Readonly<Record<string, string | undefined>>) {
    this.#settings = settings;
  }

  /** Names of the secrets that are set, with their allowed origins. */
  secrets(): SecretState[] {
    const allowed = allowedEndpoints(this.#settings);
    return Object.keys(this.#settings)
      .filter((name) => name.startsWith(prefix) && this.#settings[name] !== '')
      .map((name) => name.slice(prefix.length))
      .sort()
      .map((name) => ({
        name,
        origins: allowed.filter(({ secret }) => secret === name).map(({ origin }) => origin),
        ...(isDatabase(this.#settings[prefix + name]) ? { database: true } : {}),
      }));
  }

  /** The key for an address, if any. Throws `unavailable` if the address or secret is not allowed there. */
  key(url: string, secret: string | undefined): Key | undefined {
    const { origin, hostname } = new URL(url);
    const allowed = allowedEndpoints(this.#settings);
    if (secret === undefined) {
      if (!isLoopback(hostname)) this.checkListed(url);
      return undefined;
    }
    if (!allowed.some((grant) => grant.origin === origin && grant.secret === secret)) {
      throw refused(
        `The graph would send the secret ${secret} to ${origin}, but your settings do not bind it to that address. If it belongs there, ${this.#adding('GRAFT_ENDPOINTS', `${secret}@${origin}`)}`,
      );
    }
    const value = (this.#settings[prefix + secret] ?? '').trim();
    if (value === '') {
      throw refused(
        `The secret ${secret} is not set. Add the line ${prefix}${secret}=… to ${this.#file}, or set it in the environment of Graft.`,
      );
    }
    // With other characters, Node refuses the header with an error that quotes it.
    if (!isKey(value)) {
      throw refused(
        `The secret ${secret} is not a key: a key has at least ${shortestSecret} characters and no spaces. Correct ${prefix}${secret}=… in ${this.#file}. If the server needs no key, remove the secret from the graph.`,
      );
    }
    return { name: secret, value };
  }

  /**
   * Throws `unavailable` unless the operator lists the address, even on this machine: a server must not redirect to
   * others here.
   */
  checkListed(url: string): void {
    const { origin } = new URL(url);
    if (allowedEndpoints(this.#settings).some((grant) => grant.origin === origin)) return;
    throw refused(
      `The graph would send its prompts or questions to ${origin}, which your settings do not allow. If you trust that server, ${this.#adding('GRAFT_ENDPOINTS', origin)}`,
    );
  }

  /**
   * The price of a model at an address, from `GRAFT_PRICES`: `MODEL@https://api.example.com=INPUT/OUTPUT`, in US dollars
   * for a million tokens. Undefined if it has none. Throws `unavailable` for an entry of another form.
   */
  price(url: string, model: string): TokenPrice | undefined {
    const { origin } = new URL(url);
    const stated = statedPrices(this.#settings).findLast(
      (price) => price.origin === origin && price.model === model,
    );
    return stated && { input: stated.input, output: stated.output };
  }

  /** Whether graphs may read a site on this machine or a private network. */
  mayVisit(url: string): boolean {
    return privateSites(this.#settings).includes(new URL(url).origin);
  }

  /** Throws `unavailable` if a site may not be read, judging by its address without a name lookup. */
  checkVisit(url: string): void {
    const address = writtenAddress(new URL(url));
    if (address === undefined || !isHidden(address) || this.mayVisit(url)) return;
    throw this.hiddenSite(new URL(url), address);
  }

  /** Error for a site with a private address that the operator does not allow. */
  hiddenSite(url: URL, address: string): GraphError {
    const where = address === writtenAddress(url) ? '' : ` (${address})`;
    return refused(
      `${url.origin} is on this machine or a private network${where}, which graphs may not read. To allow it, ${this.#adding('GRAFT_PRIVATE_SITES', url.origin)}`,
    );
  }

  /**
   * The address of a database, with name and password, from a secret: graphs contain none of it. Throws `unavailable`
   * without quoting the secret.
   */
  databaseAddress(secret: string): URL {
    const value = (this.#settings[prefix + secret] ?? '').trim();
    const isWritten = URL.canParse(value) && !/%(?![0-9a-f]{2})/i.test(value);
    const url = isWritten ? new URL(value) : undefined;
    if (url !== undefined && /^postgres(ql)?:$/.test(url.protocol)) return url;
    throw refused(
      value === ''
        ? `The secret ${secret} is not set. Add the address of the database to ${this.#file}: ${prefix}${secret}=postgres://NAME:PASSWORD@HOST/DATABASE.`
        : `The secret ${secret} is not the address of a database. Write postgres://NAME:PASSWORD@HOST/DATABASE, with special characters of the password encoded as in other addresses (%40 for @).`,
    );
  }

  /**
   * Identity of the database and user behind a secret, since roles see different rows. For cache keys: equal for equal
   * addresses, and without revealing one. It omits the password, so that nobody can test passwords against it, and
   * parameters of the connection only. Throws as `databaseAddress`.
   */
  databaseIdentity(secret: string): string {
    const { username, hostname, port, pathname, searchParams } = this.databaseAddress(secret);
    const settings = [...searchParams].filter(([name]) => !onlyTheWay.test(name));
    settings.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const parts = [username, hostname.toLowerCase(), port || '5432', pathname, settings];
    return createHash('sha256')
      .update(`graft database ${JSON.stringify(parts)}`)
      .digest('hex');
  }

  get #file(): string {
    return toldSettingsFile(this.#settings);
  }

  /** How to add an entry to a setting that is a list; does not reveal the present entries. */
  #adding(name: string, entry: string): string {
    const others = (this.#settings[name] ?? '').trim() === '' ? '' : '… ';
    return `add ${entry} to ${name}: the line ${name}="${others}${entry}" in ${this.#file}, or the same in the environment of Graft.`;
  }
}

/** Whether a secret is the address of a database. */
export function isDatabase(value = ''): boolean {
  return /^postgres(ql)?:\/\//.test(value.trim());
}
