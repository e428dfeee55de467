import eslintPlugin from 'eslint-plugin-eslint-plugin';
import longhaul from 'eslint-plugin-longhaul';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/fixtures/**', 'examples/testing-*/**', '.longhaul/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, longhaul.configs.typed],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './eslint-plugin/tsconfig.json'] } },
    settings: {
      longhaul: {
        workflows: [
          'examples/inventory/workflows.ts',
          'scripts/**/workflows.ts',
          'examples/payments/workflows.ts',
          'test/**/workflows.ts',
          'test/workflows/workflows/*.ts',
          'workflows/index.ts',
          'workflows/recipes/index.ts',
        ],
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['eslint-plugin/rules/*.ts'], extends: [eslintPlugin.configs['all-type-checked']] },
);
