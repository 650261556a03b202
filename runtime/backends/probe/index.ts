export { probeDevices, type DeviceReport } from './devices.ts';
export { DeviceDirectory, type DeviceProbe } from './device-directory.ts';
export { doctor, type DoctorCheck, type DoctorReport } from './doctor.ts';
export type { ProbeResult } from './onnx-probe.ts';
