import { createHash } from 'node:crypto';
import { GraphError } from '@graft/graph';
import { toldSettingsFile } from './operator-settings.ts';
import { isHidden, writtenAddress } from './public-address.ts';

/** A secret of the operator's settings, for whoever chooses one: never its value. */
export interface SecretState {
  readonly name: string;
  /** Where it may be sent: `https://api.example.com`. */
  readonly origins: readonly string[];
  /** It is the address of a database, which is sent nowhere else. */
  readonly database?: true;
}

/** What is sent as a key; only ever in a request to an origin that it is bound to. */
export interface Key {
  readonly name: string;
  readonly value: string;
}

interface Allowed {
  readonly origin: string;
  /** The secret that it may be sent. */
  readonly secret: string | undefined;
}

const prefix = 'GRAFT_SECRET_';
/** Settings of an address that change nothing of what is found there, and those that are secrets. */
const onlyTheWay =
  /^(?:ssl.*|pass(?:word)?|passfile|connect_timeout|keepalives.*|tcp_user_timeout|application_name|channel_binding|gssencmode)$/i;
/** Characters. Shorter ones could not be kept out of texts without harming these. */
const shortestSecret = 8;

/**
 * Which addresses graphs may ask, and which secret each may be sent. A graph may come from a stranger: it chooses among
 * what the operator allows, and cannot send a secret, or what is in a workspace, anywhere else. The machine itself may be
 * asked by any graph, without a key.
 *
 * `GRAFT_SECRET_NAME` is a secret; `GRAFT_ENDPOINTS` lists origins, each after the secret that it may be sent, if any:
 * `OPENAI@https://api.openai.com http://10.0.0.5:8000`. `GRAFT_PRIVATE_SITES` lists origins that graphs may read pages of
 * though they are of this machine or a private network.
 */
export class RemoteAccess {
  readonly #settings: Readonly<Record<string, string | undefined>>;

  constructor(settings: Readonly<Record<string, string | undefined>>) {
    this.#settings = settings;
  }

  /** Names of the secrets that are set, with where each may be sent. */
  secrets(): SecretState[] {
    const allowed = this.#allowed();
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

  /** The key to send to an address, if any. Throws `unavailable` for an address or a secret that is not allowed there. */
  key(url: string, secret: string | undefined): Key | undefined {
    const { origin, hostname } = new URL(url);
    const allowed = this.#allowed();
    if (secret === undefined) {
      if (!isThisMachine(hostname)) this.checkListed(url);
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
    // A header with other characters would be refused by an error that quotes it.
    if (value.length < shortestSecret || !/^[\x21-\x7e]+$/.test(value)) {
      throw refused(
        `The secret ${secret} is not a key: a key has at least ${shortestSecret} characters and no spaces. Correct ${prefix}${secret}=… in ${this.#file}. If the server needs no key, remove the secret from the graph.`,
      );
    }
    return { name: secret, value };
  }

  /**
   * Throws `unavailable` for an address that the operator does not list, be it of this machine: a server that is asked must
   * not lead on to others here.
   */
  checkListed(url: string): void {
    const { origin } = new URL(url);
    if (this.#allowed().some((grant) => grant.origin === origin)) return;
    throw refused(
      `The graph would send its prompts or questions to ${origin}, which your settings do not allow. If you trust that server, ${this.#adding('GRAFT_ENDPOINTS', origin)}`,
    );
  }

  /** Whether a site may be read though it is of this machine or a private network. */
  mayVisit(url: string): boolean {
    const { origin } = new URL(url);
    const sites = (this.#settings['GRAFT_PRIVATE_SITES'] ?? '').split(/[\s,]+/);
    return sites.some((entry) => {
      if (entry === '') return false;
      const site = URL.canParse(entry) ? new URL(entry) : undefined;
      if (site !== undefined && /^https?:$/.test(site.protocol)) return site.origin === origin;
      throw refused(
        `GRAFT_PRIVATE_SITES (in ${this.#file} or the environment) has an entry that is not the address of a site. Write http://10.0.0.5:8000, or https://wiki.example.`,
      );
    });
  }

  /** Throws `unavailable` for a site that may not be read, as far as its address says so without a name being looked up. */
  checkVisit(url: string): void {
    const address = writtenAddress(new URL(url));
    if (address === undefined || !isHidden(address) || this.mayVisit(url)) return;
    throw this.hiddenSite(new URL(url), address);
  }

  /** Why a site is not read whose address is hidden, and not allowed. */
  hiddenSite(url: URL, address: string): GraphError {
    const where = address === writtenAddress(url) ? '' : ` (${address})`;
    return refused(
      `${url.origin} is on this machine or a private network${where}, which graphs may not read. To allow it, ${this.#adding('GRAFT_PRIVATE_SITES', url.origin)}`,
    );
  }

  /**
   * The address of a database, with name and password, which a secret holds: nothing of it stands in a graph. Throws
   * `unavailable`, without repeating what the secret holds.
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
   * Which database a secret leads to, and as whom, since roles see other rows: for cache keys, where it must be the same
   * for the same address, and name none. The password is not in it, so that nobody can try passwords on it, nor is what
   * only says how to get there. Throws as `databaseAddress`.
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

  /** How a setting that is a list comes to have an entry; what it has already is nobody else's business. */
  #adding(name: string, entry: string): string {
    const others = (this.#settings[name] ?? '').trim() === '' ? '' : '… ';
    return `add ${entry} to ${name}: the line ${name}="${others}${entry}" in ${this.#file}, or the same in the environment of Graft.`;
  }

  #allowed(): Allowed[] {
    return (this.#settings['GRAFT_ENDPOINTS'] ?? '')
      .split(/[\s,]+/)
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [, secret, address = ''] = /^(?:([A-Z][A-Z0-9_]*)@)?(.*)$/.exec(entry) ?? [];
        const url = URL.canParse(address) ? new URL(address) : undefined;
        if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
          throw refused(
            `GRAFT_ENDPOINTS (in ${this.#file} or the environment) has an entry that is neither an address nor NAME@address. Write https://api.example.com, or MY_KEY@https://api.example.com.`,
          );
        }
        return { origin: url.origin, secret };
      });
  }
}

function isDatabase(value = ''): boolean {
  return /^postgres(ql)?:\/\//.test(value.trim());
}

/** By name or number, which a graph cannot make another machine of. */
function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function refused(message: string): GraphError {
  return new GraphError('unavailable', message, { audience: 'operator' });
}
