const { testFiles } = require('./dist/test/support/test-files');

module.exports = {
  spec: testFiles(),
  reporter: './dist/scripts/mocha-reporter.js',
  require: ['./dist/test/support/global-server.js', './dist/test/support/time-limit.js'],
  timeout: 120_000,
  'enable-source-maps': true,
  parallel: true,
  jobs: 2,
};
