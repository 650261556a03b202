/** What is used of it, for plain Node servers: the published types want Express. */
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Options {
    /** Whether a response is compressed; called when its headers are known. */
    readonly filter?: (request: IncomingMessage, response: ServerResponse) => boolean;
  }
  export default function compression(
    options?: Options,
  ): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}
