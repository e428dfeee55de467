/** What `longhaul-lint --help` prints. */
export const usage = `longhaul-lint [paths] [options]

Lints Temporal workflow code, and all that it reaches, with the rules of eslint-plugin-longhaul.
No ESLint configuration is needed or read. Paths are files or folders; without any, the current folder.

  --config-project FILE  the tsconfig.json to take types from (by default, the one nearest to each file)
  --baseline             accept what is found now: write it into eslint-suppressions.json, ESLint's own file; later runs,
                         of ESLint too, fail only where a file has more findings of a rule than it says
  --since REF            only findings whose way passes a line changed since that commit
  --summary              print counts per package and rule instead of the findings
  --max-unknown N        fail where workflows call more than N functions of packages that nothing is known of
  --fix                  apply the fixes that change nothing at run time
  --json                 print one JSON object, schema longhaul.lint/1
  --sarif                print SARIF 2.1.0
  -h, --help             print this

On GitHub Actions findings are printed as annotations too.

Exit status: 0 no findings beyond the baseline, 1 findings, 2 wrong use or no workflow found, 3 something needed is missing.
`;
