export { claimedMemory, type ClaimedMemory, type ClaimedUse } from './claimed-memory.ts';
export { probeDevices, type DeviceReport } from './devices.ts';
export { DeviceDirectory, llamaChoice, type DeviceProbe } from './device-directory.ts';
export { doctor, type DoctorCheck, type DoctorReport } from './doctor.ts';
export { modelMachine } from './model-machine.ts';
export type { ProbeResult } from './onnx-probe.ts';
