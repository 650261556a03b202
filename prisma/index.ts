export { openDatabase, type Database, type Queries } from './database.ts';
export { startHeartbeat, type Heartbeat } from './heartbeat.ts';
export type { Tables } from './tables.gen.ts';
