/**
 * Has typescript-eslint know that no file changes while `run` runs, unless the environment says otherwise.
 *
 * It tells a single run from an editor by the command's name. In an editor it loads all projects anew when it meets a file
 * that none of them lists: with some scripts beside the sources that takes most of the time.
 */
export async function asSingleRun<T>(run: () => Promise<T>): Promise<T> {
  const { env } = process;
  if (env[variable] !== undefined) return run();
  env[variable] = 'true';
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(env, variable);
  }
}

const variable = 'TSESTREE_SINGLE_RUN';
