export { openDatabase } from './database.ts';
export type { Heartbeat } from './heartbeat.ts';
export type { Database, Queries } from './open-database.ts';
export type { Tables } from './tables.gen.ts';
