export { probeDevices, type DeviceReport } from './devices.ts';
export { doctor, type DoctorCheck, type DoctorReport } from './doctor.ts';
export type { ProbeResult } from './onnx-probe.ts';
