import { serveSteps } from './serve-steps.ts';
import { openWorkerHost } from './worker-host.ts';

// The worker process: started by WorkerSupervisor, spoken to over IPC.
serveSteps(openWorkerHost);
