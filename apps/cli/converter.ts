// The converter process: its bundle lies beside the worker's, where the server looks for it.
import '@graft/worker/converter';
