export { startServer, type RunningServer, type ServerOptions } from './start-server.ts';
export type { AppRouter } from './router/index.ts';
