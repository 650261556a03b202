// The trainer process: its bundle lies beside the worker's, where that looks for it.
import '@graft/worker/trainer';
