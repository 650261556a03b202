export { WebClient, type WebParts } from './web-client.ts';
