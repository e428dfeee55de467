import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { Workflow } from '@temporalio/workflow';
import type { PartMaker } from './part';

/** To which build of a worker a run keeps. */
export type Versioning = 'pinned' | 'auto-upgrade';

/** On which build the next run begins, and whether a run rolls over for it. */
export type OntoNewVersion = 'with-rollover' | 'soon' | 'never';

export const behaviors = { pinned: 'PINNED', 'auto-upgrade': 'AUTO_UPGRADE' } as const;
export const ontoNewVersions: readonly OntoNewVersion[] = ['with-rollover', 'soon', 'never'];

/**
 * Says to which build the runs of a workflow keep, where the worker that begins the run uses deployment versions. Said by any
 * other the server would refuse each of its workflow tasks, and with them all tests on a plain worker.
 */
export function declareVersioning(workflow: Workflow, versioning: Versioning | undefined): void {
  if (versioning === undefined) return;
  const options = { versioningBehavior: behaviors[versioning] };
  // A worker without deployment versions has one too, of its build id alone.
  setWorkflowOptions(() => (workflowInfo().currentDeploymentVersion?.deploymentName ? options : {}), workflow);
}

/** Carries whether a run rolls over for a new version: it decides when the continue-as-new is issued, so it belongs to the run. */
export const soon: PartMaker = ({ declared }) => ({
  carry: () => (declared.ontoNewVersion === 'soon' ? true : undefined),
});

/** Whether this run does: the first one reads the code, the others what was carried. */
export function rollsOverForNewVersion(
  declared: OntoNewVersion,
  carried: { extensions?: unknown } | undefined,
): boolean {
  if (!carried) return declared === 'soon';
  return (carried.extensions as { soon?: unknown } | undefined)?.soon === true;
}
