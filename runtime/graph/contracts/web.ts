/** Validators of a conditional request (RFC 9110, 8.8); empty if the server sent none. */
export interface Validators {
  readonly etag: string;
  /** Value of the header `last-modified`. */
  readonly modified: string;
}

/** A web request and its limits. */
export interface WebRequest {
  readonly signal: AbortSignal;
  /** Most bytes of a body, compressed and decompressed. */
  readonly most: number;
  /** Seconds for everything, with redirects, without pauses. */
  readonly seconds: number;
  /** Seconds between two requests to a host, unless its robots.txt asks for more. */
  readonly pause: number;
  /** Whether robots.txt applies: always, except to interfaces for machines. */
  readonly robots: boolean;
  /**
   * The address contains workspace data, such as a question: only addresses that the operator allows graphs to ask, as
   * for models, may receive it.
   */
  readonly asks?: boolean;
  /** What `url` sent before: if it is still valid, the reply has status 304 and no body. */
  readonly known?: { readonly url: string; readonly validators: Validators };
}

export interface WebReply {
  /** Address after redirects. */
  readonly url: string;
  readonly status: number;
  /** Value of the header `content-type`; empty if missing. */
  readonly type: string;
  readonly validators?: Validators;
  readonly body: Uint8Array;
}

/** The web, as far as the operator lets graphs see it. */
export interface Web {
  /**
   * Fetches an address over http or https, following up to five redirects. Checks every address on the way, and
   * connects to exactly what was checked. Throws `unavailable` for a refused, silent or slow address, and `too-large`.
   * Returns replies of any status, except those of an overloaded host: Graft pauses it for as long as it says, and
   * other requests to it wait, or throw `unavailable`.
   */
  get(url: string, request: WebRequest): Promise<WebReply>;
}
