import { harmless } from './harmless';

/** Text as HTML shows it. */
export function html(text: unknown): string {
  return harmless(String(text)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --first: #2563eb; --second: #d97706; --bad: #dc2626; }
@media (prefers-color-scheme: dark) { :root { --first: #60a5fa; --second: #fbbf24; --bad: #f87171; } }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 60rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem; margin-bottom: .3rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .9rem; min-width: 50% }
th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; max-width: 22rem }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { width: 100%; min-width: 36rem; height: auto; background: var(--soft); border-radius: 4px } svg text { fill: currentColor; font-size: 11px }
pre, code { font: .85em ui-monospace, monospace; white-space: pre-wrap } .bad { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dt { opacity: .7 } dd { margin: 0 }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dt { margin-top: .3rem } }
@media print { body { max-width: none; padding: 0; color-scheme: light } h2 { break-after: avoid } tr, svg { break-inside: avoid } .scroll { overflow: visible } svg { min-width: 0 } table { font-size: .75rem } th, td { overflow-wrap: anywhere; max-width: none } details::details-content { content-visibility: visible; block-size: auto } }
`;

/** A whole page that needs nothing else: no network, no script. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** Rows of cells; a number stands to the right, what is HTML already is given as `{ html }`. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly (string | number | { html: string })[])[],
): string {
  const cell = (value: string | number | { html: string }): string => {
    if (typeof value === 'object') return `<td>${value.html}</td>`;
    if (typeof value === 'number') return `<td class="n">${value.toLocaleString('en-US')}</td>`;
    return `<td>${html(value)}</td>`;
  };
  const headRow = head.map((name) => `<th>${html(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${headRow}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}
