/** A factory, as injected providers need it. */
export default async function make(): Promise<{ activities: object }> {
  return await Promise.resolve({ activities: { greet: (name: string) => Promise.resolve(`Made for ${name}`) } });
}
