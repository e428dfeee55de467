import { DefaultLogger, Runtime } from '@temporalio/worker';
import { histogramBuckets, runWorker } from 'longhaul/worker';
import type { RunWorkerOptions } from 'longhaul/worker';
import * as activities from './activities';

// A worker process of the tests: its options are the argument, and where the server is stands in the environment.
const { METRICS_PORT } = process.env;
Runtime.install({
  logger: new DefaultLogger('WARN'),
  ...(METRICS_PORT === undefined
    ? {}
    : {
        telemetryOptions: {
          metrics: {
            prometheus: { bindAddress: `127.0.0.1:${METRICS_PORT}`, histogramBucketOverrides: histogramBuckets },
          },
        },
      }),
});
void runWorker({ ...(JSON.parse(process.argv[2] ?? '') as RunWorkerOptions), activities });
