export { operatorSettings, settingsFile } from './operator-settings.ts';
export { RemoteAccess, type Key, type SecretState } from './remote-access.ts';
export { isHidden, ownAddresses } from './public-address.ts';
