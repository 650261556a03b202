/** By which a server is asked whether what it gave before still stands (RFC 9110, 8.8); empty where it does not say. */
export interface Validators {
  readonly etag: string;
  /** As the header `last-modified` has it. */
  readonly modified: string;
}

/** What is asked of the web, and how much of it is taken. */
export interface WebRequest {
  readonly signal: AbortSignal;
  /** Bytes of a body at most, as it was sent and as it is unpacked. */
  readonly most: number;
  /** For the whole of it, redirects included; what a site's pause takes is not counted. */
  readonly seconds: number;
  /** Seconds between two requests to one host, where its robots.txt asks for no more. */
  readonly pause: number;
  /** Whether the rules of robots.txt hold: for all but what a site answers machines with. */
  readonly robots: boolean;
  /**
   * The address carries something of the workspace, as a question: it may go to those only that the operator allows graphs to
   * ask, as models are asked.
   */
  readonly asks?: boolean;
  /** What came from `url` before: where that still stands, the reply has the status 304 and no body. */
  readonly known?: { readonly url: string; readonly validators: Validators };
}

export interface WebReply {
  /** Where it came from in the end. */
  readonly url: string;
  readonly status: number;
  /** Of the header `content-type`; empty where there is none. */
  readonly type: string;
  readonly validators?: Validators;
  readonly body: Uint8Array;
}

/** The web, as far as the operator lets graphs see it. */
export interface Web {
  /**
   * Gets what stands at an address, over http and https, following up to five redirects. Every address on the way is
   * checked, and connected to is what was checked. Throws `unavailable` for one that is refused, does not answer, or is too
   * slow, and `too-large`. A reply of any status is a reply, but for those by which a host says that it is asked too often: it
   * is left alone for as long as it says, and who would ask it meanwhile waits, or is told so by `unavailable`.
   */
  get(url: string, request: WebRequest): Promise<WebReply>;
}
