import { Context } from '@temporalio/activity';

const types = ['TEXT', 'KEYWORD', 'INT', 'DOUBLE', 'BOOL', 'DATETIME', 'KEYWORD_LIST'];

/**
 * Tells which of these custom search attributes the server has in this worker's namespace, with this type.
 *
 * A workflow that sets one which is not there can't go on until somebody registers it, and it can't ask by itself: `run.progress` asks
 * through this activity, once for each attribute.
 *
 * @remarks One call of the operator service. Schedule it with a `scheduleToCloseTimeout` of some seconds, so that a server that
 *   does not answer leaves the attributes out in place of keeping the workflow waiting.
 */
export async function registeredSearchAttributes(wanted: { name: string; type: string }[]): Promise<string[]> {
  const { connection, options } = Context.current().client;
  const { namespace } = options;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  // As in the enum `IndexedValueType` of Temporal's API, whose first value stands for none.
  const there = new Map(Object.entries(customAttributes).map(([name, code]) => [name, types[code - 1]]));
  return wanted.filter(({ name, type }) => there.get(name) === type).map(({ name }) => name);
}
