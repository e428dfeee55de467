import ts from 'typescript';
import { bare } from './syntax.js';

/** Whether the source shows that a date's text is read in the host's time zone; a text made elsewhere is not judged. */
export function readsLocally(node: ts.Expression | undefined): boolean {
  if (node === undefined) return false;
  const value = bare(node);
  if (ts.isStringLiteralLike(value)) return isLocalText(value.text);
  if (ts.isTemplateExpression(value)) {
    const tail = value.templateSpans.at(-1)?.literal.text ?? '';
    return /T\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(tail);
  }
  if (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const right = bare(value.right);
    return ts.isStringLiteralLike(right) && /T\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(right.text);
  }
  return false;
}

/** A date alone is read as UTC, a date with a time and no zone as local time, any other form as local time too. */
function isLocalText(text: string): boolean {
  const plain = text.trim();
  if (plain === '' || Number.isNaN(Date.parse(plain))) return false;
  if (/^[+-]?\d{4,6}(-\d\d(-\d\d)?)?$/.test(plain)) return false;
  return !/(Z|GMT|UTC|UT|[+-]\d\d:?\d\d|\b[ECMP][SD]T)(\s*\(.*\))?$/i.test(plain);
}
