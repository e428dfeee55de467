/** What workflow code makes of values: the paths at which a redacted history may say something else than the code. */
const ofValues = /^(?:args|input|result|memo|searchAttributes|failure|workflowId)\b/;

/** `ActivityTaskScheduled note args[0]`: a place at which drift of a redacted history comes of its redaction. */
export function derivedPlace(command: string, path: string): string | undefined {
  return ofValues.test(path) ? `${command.replace(/ \(id [^]*\)$/, '')} ${path}` : undefined;
}
