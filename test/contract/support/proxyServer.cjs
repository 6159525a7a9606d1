// A forward proxy in a process of its own, as curl and Go's clients use one: plain http by absolute URLs, https by CONNECT.
// Names are resolved here: PROXY_HOSTS maps them to ports of this machine. PROXY_USER asks for Basic credentials.
const { createServer, request } = require("node:http");
const { connect } = require("node:net");

const hosts = JSON.parse(process.env.PROXY_HOSTS ?? "{}");
const wanted = process.env.PROXY_USER && `Basic ${Buffer.from(process.env.PROXY_USER).toString("base64")}`;
const isAllowed = ({ headers }) => !wanted || headers["proxy-authorization"] === wanted;
const seen = (line) => process.send?.(line);

const server = createServer((incoming, reply) => {
  const url = new URL(incoming.url);
  seen(`${incoming.method} ${url.host}`);
  if (!isAllowed(incoming)) return reply.writeHead(407).end();
  if (!(url.hostname in hosts)) return reply.writeHead(502).end("<html>no such host</html>");
  const headers = { ...incoming.headers };
  delete headers["proxy-authorization"];
  const target = {
    port: hosts[url.hostname],
    host: "127.0.0.1",
    method: incoming.method,
    path: url.pathname + url.search,
    headers,
  };
  incoming.pipe(
    request(target, (answer) => {
      reply.writeHead(answer.statusCode, answer.headers);
      answer.pipe(reply);
    }),
  );
});
server.on("connect", (incoming, socket) => {
  const [host] = incoming.url.split(":");
  seen(`CONNECT ${incoming.url}`);
  socket.on("error", () => {});
  if (!isAllowed(incoming)) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  if (!(host in hosts)) return socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  const through = connect(hosts[host], "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    through.pipe(socket).pipe(through);
  });
  through.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port));
