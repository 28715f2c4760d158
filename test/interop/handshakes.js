/* SPDX-License-Identifier: Apache-2.0
 *
 * A server and a client of Node in one process, which do a handshake of TLS 1.2 or 1.3:
 *
 *   node handshakes.js CERTIFICATE KEY TLSv1.2|TLSv1.3
 */
'use strict';
const fs = require('fs');
const tls = require('tls');

const [certificate, key] = process.argv.slice(2, 4).map((path) => fs.readFileSync(path));
const version = process.argv[4];
const server = tls.createServer({ cert: certificate, key }, (socket) => socket.end('an answer'));

server.listen(0, '127.0.0.1', () => {
  const client = tls.connect({
    host: '127.0.0.1',
    port: server.address().port,
    ca: certificate,
    minVersion: version,
    maxVersion: version,
  });
  let answer = '';

  client.on('data', (data) => { answer += data; });
  client.on('close', () => {
    console.log(`${client.getProtocol() || version}: ${answer}`);
    server.close();
  });
});
