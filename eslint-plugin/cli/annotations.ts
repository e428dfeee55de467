import type { LintFinding } from './lint.js';

/** A finding as GitHub's runner shows it beside the line. */
export function annotationOf({ rule, file, line, column, message }: LintFinding): string {
  const place = `file=${property(file)},line=${String(line)},col=${String(column)},title=${property(rule)}`;
  return `::error ${place}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
