export { HostPauses } from './host-pauses.ts';
export { WebClient, type WebParts } from './web-client.ts';
