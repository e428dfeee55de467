export { LonghaulPlugin } from './plugin';
export type { LonghaulPluginOptions } from './plugin';
export type { EnforceOptions, GuardOptions } from './enforce';
export type { GuardRule } from './guard-rules';
export type { Catalog, CatalogEntry } from './catalog';
export type { Enforce } from '../activities/enforcement';
