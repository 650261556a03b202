export { openDatabase, type Database } from './database.ts';
export { Prisma, type PrismaClient } from './client/client.ts';
