export { openDatabase, type Database, type Queries } from './database.ts';
export type { Tables } from './tables.ts';
