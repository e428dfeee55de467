#!/usr/bin/env node
import { main } from './main.js';

void main(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
}).then((status) => {
  process.exitCode = status;
});
