export { openDatabase, reachPostgres } from './database.ts';
export type { Heartbeat } from './heartbeat.ts';
export { serverClock } from './open-database.ts';
export type { Database, Notices, Queries } from './open-database.ts';
export { inTransaction } from './transactions.ts';
export type { Tables } from './tables.gen.ts';
