// SPDX-License-Identifier: Apache-2.0
//
// A server of Node, until SIGTERM.
//
//   node server.js PORT CERTIFICATE KEY
const fs = require('fs');
const https = require('https');

const [port, certificate, key] = process.argv.slice(2);
const server = https.createServer(
    {cert: fs.readFileSync(certificate), key: fs.readFileSync(key)},
    (_, answer) => answer.end('an answer'));

process.on('SIGTERM', () => server.close());
server.listen(Number(port), '127.0.0.1');
