export { planInit, type InitOptions, type InitPlan } from './init/init';
export type { InitByHand, InitChange, InitFound, InitReport } from './init/report';
export { doctor, type DoctorOptions } from './doctor/doctor';
export type { Host } from './doctor/host';
export type { CheckName, DoctorCheck, DoctorReport } from './doctor/report';
export { SetupError } from './setup-error';
