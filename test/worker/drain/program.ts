import { DefaultLogger, Runtime } from '@temporalio/worker';
import { runWorker } from 'longhaul/worker';
import type { RunWorkerOptions } from 'longhaul/worker';
import * as activities from './activities';

// A worker process of the tests: its options are the argument, and where the server is stands in the environment.
Runtime.install({ logger: new DefaultLogger('WARN') });
void runWorker({ ...(JSON.parse(process.argv[2] ?? '') as RunWorkerOptions), activities });
