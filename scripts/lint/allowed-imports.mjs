import { builtinModules } from 'node:module';
import path from 'node:path';
import { zones } from './zones.mjs';

/** Whether `name` is `entry` or below it; a `*` at the end stands for anything. */
function covers(entry, name) {
  if (entry.endsWith('*')) return name.startsWith(entry.slice(0, -1));
  return name === entry || name.startsWith(`${entry}/`);
}

function zoneOf(file) {
  return zones.find((zone) => zone.files.test(file));
}

/**
 * Why `file` (relative to the root, with `/`) may not import `specifier`; undefined when it may.
 * @param {string} file
 * @param {string} specifier
 */
export function refusal(file, specifier) {
  const zone = zoneOf(file);
  if (zone === undefined || zone.name === 'tests') return undefined;
  const refuse = (what) => `${zone.name} may not import ${what}: ${zone.why}.`;
  if (/(^|\/)testing(\/|\.ts$|$)/.test(specifier)) {
    return `${zone.name} may not import "${specifier}": only tests import testing folders.`;
  }

  if (specifier.startsWith('.')) {
    if (zone.stay === undefined) return undefined;
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const folder = file.split('/')[1] ?? '';
    const feature = file.split('/')[3] ?? '';
    const stay = new RegExp(
      zone.stay.source.replaceAll('{folder}', folder).replaceAll('{feature}', feature),
    );
    return stay.test(target) ? undefined : refuse(`"${target}"`);
  }
  if (specifier.startsWith('@graft/')) {
    return zone.packages.some((entry) => covers(entry, specifier))
      ? undefined
      : refuse(`"${specifier}"`);
  }
  const name = builtinModules.includes(specifier) ? `node:${specifier}` : specifier;
  if (zone.externals !== undefined && !zone.externals.some((entry) => covers(entry, name))) {
    return refuse(`"${specifier}"`);
  }
  if (zone.forbidden?.some((entry) => covers(entry, name)) === true) {
    return refuse(`"${specifier}"`);
  }
  return undefined;
}

/** Import boundaries between folders, with the reason in the message. */
export const allowedImports = {
  meta: { type: 'problem', schema: [], messages: { refused: '{{reason}}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (node, source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const reason = refusal(file, source.value);
      if (reason !== undefined) context.report({ node, messageId: 'refused', data: { reason } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
    };
  },
};
