import { watchParent } from '../watch-parent.ts';

// Answers its parent as long as it lives.
watchParent();
process.on('message', (message) => process.send?.(message));
process.send?.('ready');
