export {
  OperatorChoices,
  type NewSecret,
  type OperatorState,
  type SettingPlace,
} from './operator-choices.ts';
export { operatorSettings, settingsFile, toldSettingsFile } from './operator-settings.ts';
export { RemoteAccess, type Key, type SecretState } from './remote-access.ts';
export type { AllowedEndpoint, StatedPrice } from './setting-lists.ts';
export { isHidden, ownAddresses } from './public-address.ts';
