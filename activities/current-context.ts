import { Context, asyncLocalStorage } from '@temporalio/activity';

/** The activity that runs now. @throws Error that says how to run one, where none does: the SDK's own only says that none does. */
export function currentContext(who: string): Context {
  const context = asyncLocalStorage.getStore();
  if (context) return context;
  throw new Error(
    `${who} was called outside an activity; register the function with a worker and call it through proxyActivities(), or in a unit test through MockActivityEnvironment of '@temporalio/testing'`,
  );
}
