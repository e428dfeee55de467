import type { NativeConnection } from '@temporalio/worker';

const answerWithinMs = 2_000;
/** Probes come from several sides; the server is asked once for all of them. */
const holdsMs = 1_000;

/** Whether the server answers, as of at most a second ago. */
export function connectionCheck(
  connection: Pick<NativeConnection, 'withDeadline' | 'workflowService'>,
): () => Promise<boolean> {
  let asked = -Infinity;
  let answer = Promise.resolve(false);
  return () => {
    if (performance.now() - asked > holdsMs) {
      asked = performance.now();
      answer = connection
        .withDeadline(Date.now() + answerWithinMs, () => connection.workflowService.getSystemInfo({}))
        .then(
          () => true,
          () => false,
        );
    }
    return answer;
  };
}
