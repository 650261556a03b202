export { PostgresDatabases } from './postgres-databases.ts';
