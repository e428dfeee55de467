const { testFiles } = require('./dist/test/support/test-files');

// Mocha adds these to the files that its command line names, where those alone are meant.
const named = process.argv.slice(2).some((arg) => !arg.startsWith('-') && arg.endsWith('.test.js'));

module.exports = {
  ...(named ? {} : { spec: testFiles() }),
  reporter: './dist/scripts/mocha-reporter.js',
  require: ['./dist/test/support/global-server.js', './dist/test/support/time-limit.js'],
  timeout: 120_000,
  'enable-source-maps': true,
  parallel: true,
  jobs: 2,
};
