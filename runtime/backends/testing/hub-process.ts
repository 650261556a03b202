/** Serves a folder of models, `owner/name/files…`, as a hub on loopback, and prints its address. */
import { HubServer } from './hub-server.ts';

const [folder = '.'] = process.argv.slice(2);
process.stdout.write(`${(await HubServer.start({ folder })).url}\n`);
