import { serveTrainer } from '@graft/training/service';
import { watchParent } from './watch-parent.ts';

// A trainer process: started by the worker for one training or evaluation, controlled over IPC.
watchParent();
serveTrainer();
