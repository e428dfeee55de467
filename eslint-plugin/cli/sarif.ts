import { pathToFileURL } from 'node:url';
import plugin from '../index.js';
import { version } from '../version.js';
import type { LintFinding } from './lint.js';

interface Place {
  file: string;
  line: number;
  column?: number;
}

/** Findings as SARIF 2.1.0, with each step from the workflow to the hazard as a related location and in a code flow. */
export function sarifOf(findings: readonly LintFinding[], cwd: string): object {
  const names = [...new Set(findings.map(({ rule }) => rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'longhaul-lint',
            version,
            informationUri: 'https://www.npmjs.com/package/eslint-plugin-longhaul',
            rules: names.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(cwd).href}/` } },
        results: findings.map((finding) => resultOf(finding, names)),
      },
    ],
  };
}

function ruleOf(name: string): object {
  const docs = plugin.rules?.[name]?.meta?.docs;
  if (docs === undefined) return { id: name };
  return {
    id: name,
    shortDescription: { text: `${docs.description ?? name}.` },
    helpUri: docs.url,
    defaultConfiguration: { level: 'error' },
  };
}

function resultOf({ rule, file, line, column, message, chain }: LintFinding, names: readonly string[]): object {
  const result = {
    ruleId: rule,
    ruleIndex: names.indexOf(rule),
    level: 'error',
    message: { text: message },
    locations: [locationOf({ file, line, column })],
  };
  if (chain.length === 0) return result;
  const steps = chain.map((link, id) => ({ ...locationOf(link), message: { text: link.name }, id }));
  return {
    ...result,
    relatedLocations: steps,
    codeFlows: [{ threadFlows: [{ locations: steps.map(({ id: _, ...location }) => ({ location })) }] }],
  };
}

function locationOf({ file, line, column }: Place): object {
  const region = {
    startLine: Math.max(line, 1),
    ...(column === undefined ? {} : { startColumn: Math.max(column, 1) }),
  };
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: 'SRCROOT' }, region } };
}
