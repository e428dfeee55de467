import { LonghaulPlugin } from 'longhaul/worker';

export default () => new LonghaulPlugin({ enforce: 'off' });
