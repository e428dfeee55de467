export { frugalHoard as hoard } from './workflows/carrying';
