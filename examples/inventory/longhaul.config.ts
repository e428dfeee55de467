import { defineConfig } from 'longhaul/config';
import * as activities from './activities';

const waived = { owner: 'inventory', until: '2027-11-30' };

export default defineConfig({
  workflowsPath: './workflows.ts',
  activities,
  taskQueue: 'inventory',
  enforce: 'error',
  histories: '../../replay-histories',
  drillTargets: [{ address: 'localhost:7233' }],
  catalog: {
    inventory: {
      expectedMaxDuration: '14 days',
      team: 'inventory',
      longActivities: ['hashBatch'],
      waivers: [
        { ...waived, area: 'determinism', check: 'span', reason: 'Its days are days of a server that skips time.' },
      ],
    },
    scanTree: {
      expectedMaxDuration: '1 day',
      team: 'inventory',
      longActivities: ['scan'],
      waivers: [
        { ...waived, area: 'determinism', check: 'span', reason: 'The example scans for seconds, not for days.' },
        {
          ...waived,
          area: 'heartbeats',
          check: 'drill scan',
          reason: 'Its parent starts it, which longhaul drill does not. npm start kills workers while it runs.',
        },
      ],
    },
  },
});
