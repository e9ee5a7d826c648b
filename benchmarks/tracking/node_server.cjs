// The rival: socket.io on node, with its fastest settings, taking the same frames. `... PORT`
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });
const latest = new Map();

io.engine.on("connection", (socket) => {
  socket.request = null; // as its manual says, to save memory
});
io.on("connection", (socket) => {
  const take = (_epoch, fixes) => latest.set(socket.id, fixes);
  socket.on("hello", (_payload, answer) => answer({ accepted: 0, durable: 0, intervalMs: 1000 }));
  socket.on("p", take);
  socket.on("f", take);
});
server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
