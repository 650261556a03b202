export { openDatabase, type Database, type Queries } from './database.ts';
export type { Heartbeat } from './heartbeat.ts';
export { readPostgresAddress } from './postgres-address.ts';
export type { Tables } from './tables.gen.ts';
