import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Way } from './cached';
import { findOnPath } from './find-on-path';
import { runToEnd } from './run-to-end';

/** The time-skipping server that is fetched. */
export const TEST_SERVER_VERSION = '1.38.0';

/** Fetches the time-skipping server and the jars that it needs, with Maven. */
export function mavenFetch(env: NodeJS.ProcessEnv): Way {
  return {
    name: `Maven's io.temporal:temporal-test-server:${TEST_SERVER_VERSION}`,
    takes: 'about 30 seconds',
    unavailable() {
      const missing = ['java', 'mvn'].filter((program) => findOnPath(program, env) === undefined);
      return missing.length === 0 ? undefined : `there is no ${missing.join(' and no ')} on the PATH`;
    },
    async build({ into, work, staging }, progress) {
      const pom = join(work, 'pom.xml');
      await writeFile(pom, POM);
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
      const args = ['--batch-mode', '--file', pom, goal, `-DoutputDirectory=${into}`, '-DincludeScope=runtime'];
      await runToEnd(findOnPath('mvn', env) ?? 'mvn', args, {
        staging,
        env,
        onOutput: (output) => progress(`${output.lines} lines of output`),
      });
    },
  };
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>longhaul</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${TEST_SERVER_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
