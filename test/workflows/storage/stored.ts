export { storedHoard as hoard } from '../workflows/carrying';
