// Run by `berth exec` before a Node program, through NODE_OPTIONS. Node before 24 has no way to send its own fetch and https through a proxy that the
// environment names: this gives both one, and changes nothing of a program that brings its own agent.
'use strict';

const allowed = process.allowedNodeEnvironmentFlags;
const gateway = process.env.BERTH_EXEC_GATEWAY;
if (gateway && !(allowed && allowed.has('--use-env-proxy'))) {
  const http = require('http');
  const https = require('https');
  const tls = require('tls');
  const { host, hostname, port } = new URL(gateway);
  const isHere = name => ['localhost', '127.0.0.1', '::1', '[::1]'].includes(name);

  const tunnel = (name, to, then) => {
    const asked = http.request({ hostname, port, agent: false, method: 'CONNECT', path: `${name}:${to}`, headers: { host: `${name}:${to}` } });
    asked.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        then(null, socket);
        return;
      }

      socket.destroy();
      then(new Error(`the gateway of berth exec at ${host} refused ${name}:${to} with status ${response.statusCode}`));
    });
    asked.once('error', then);
    asked.end();
  };

  // https.request, and everything built upon it that names no agent.
  class TunnelAgent extends https.Agent {
    createConnection(options, then) {
      const name = options.host || options.hostname;
      if (options.socketPath || isHere(name)) {
        return super.createConnection(options, then);
      }

      tunnel(name, options.port || 443, (failed, socket) => {
        if (failed) {
          then(failed);
          return;
        }

        then(null, tls.connect({ ...options, path: undefined, socket, servername: options.servername || name }));
      });
      return undefined;
    }
  }

  https.globalAgent = new TunnelAgent({ keepAlive: true, timeout: 5000 });

  // fetch keeps its agent under this symbol from its first use on.
  const slot = Symbol.for('undici.globalDispatcher.1');
  const original = globalThis.fetch;
  if (original) {
    let ready = false;
    globalThis.fetch = function fetch(...request) {
      if (!ready) {
        ready = true;
        original('data:,').catch(() => {});
        const agent = globalThis[slot];
        if (agent && agent.constructor.name === 'Agent') {
          globalThis[slot] = new agent.constructor({
            connect(options, then) {
              const to = options.port || (options.protocol === 'https:' ? 443 : 80);
              const secure = socket => {
                const safe = tls.connect({ host: options.hostname, servername: options.servername || options.hostname, ALPNProtocols: ['http/1.1'], ...(socket ? { socket } : { port: to }) });
                safe.once('secureConnect', () => then(null, safe));
                safe.once('error', then);
              };
              if (isHere(options.hostname)) {
                if (options.protocol === 'https:') {
                  secure();
                  return;
                }

                const plain = require('net').connect({ host: options.hostname.replace(/^\[|\]$/g, ''), port: to });
                plain.once('connect', () => then(null, plain));
                plain.once('error', then);
                return;
              }

              tunnel(options.hostname, to, (failed, socket) => failed ? then(failed) : options.protocol === 'https:' ? secure(socket) : then(null, socket));
            },
          });
        }
      }

      return original.apply(this, request);
    };
  }
}
