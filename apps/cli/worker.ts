// The worker process: its bundle lies beside the command's, where the supervisor looks for it.
import '@graft/worker/main';
