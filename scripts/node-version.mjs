const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Ends the process with a clear message on a Node that is too old; warns on one not tried yet. */
export function requireNode() {
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(
      `Graft needs Node 20.19 or newer, and this is Node ${process.versions.node}.\n` +
        'Install a newer one from https://nodejs.org, or with your version manager.\n',
    );
    process.exit(1);
  }
  if (major > 24) {
    process.stderr.write(`Graft is tried on Node 20.19 to 24; this is ${process.versions.node}.\n`);
  }
}
