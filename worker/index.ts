export { LonghaulPlugin } from './plugin';
export type { LonghaulPluginOptions } from './plugin';
