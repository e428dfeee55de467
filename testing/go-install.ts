import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Way } from './cached';
import { findOnPath } from './find-on-path';
import { runToEnd } from './run-to-end';

/** The Temporal CLI that is built: the newest tag that `go install` takes (later ones carry a `replace` directive). */
export const CLI_VERSION = '1.5.1';

/** Builds the Temporal CLI from source with Go, without leaving anything in Go's own caches. */
export function goInstall(env: NodeJS.ProcessEnv): Way {
  const module = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
  return {
    name: `go install ${module}`,
    takes: 'about 3 minutes on two cores',
    unavailable: () => (findOnPath('go', env) ? undefined : 'there is no go on the PATH'),
    async build({ into, work, staging }, progress) {
      const temporary = join(work, 'tmp');
      await mkdir(temporary);
      await runToEnd(findOnPath('go', env) ?? 'go', ['install', '-v', '-ldflags=-s -w', module], {
        staging,
        env: {
          ...env,
          GOBIN: into,
          GOPATH: join(work, 'path'),
          GOMODCACHE: join(work, 'path', 'pkg', 'mod'),
          GOCACHE: join(work, 'cache'),
          GOTMPDIR: temporary,
          // Go makes the modules it downloads read-only, which keeps them from being deleted.
          GOFLAGS: '-modcacherw',
          CGO_ENABLED: '0',
          GO111MODULE: 'on',
          GOWORK: 'off',
          GOOS: '',
          GOARCH: '',
        },
        onOutput: (output) => progress(`${output.lines} modules and packages`),
      });
    },
  };
}
