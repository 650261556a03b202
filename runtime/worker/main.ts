import { serveSteps } from './serve-steps.ts';
import { openWorkerHost } from './worker-host.ts';

// The worker process: started by WorkerSupervisor, controlled over IPC.
serveSteps(openWorkerHost);
