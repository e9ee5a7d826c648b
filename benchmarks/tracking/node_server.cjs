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
  socket.on("join", (room, answer) => {
    socket.join(room);
    answer(true);
  });
  socket.on("blast", blast);
  socket.on("disconnect", () => latest.delete(socket.id));
});

// Sends what is ordered, at a pace or as fast as it goes; see blast.py.
function blast({ rooms, events, rate, size }) {
  const text = "x".repeat(size);
  const now = () => Number(process.hrtime.bigint() / 1000n);
  const began = now();
  let sent = 0;
  const step = () => {
    let due = sent + Math.max(1, Math.floor(rooms / 4));
    if (rate) due = Math.round(((now() - began) / 1e6) * rate) + 1;
    due = Math.min(events, due);
    for (; sent < due; sent += 1) io.to(`r${sent % rooms}`).emit("t", now(), text);
    if (sent >= events) return;
    if (rate) setTimeout(step, 2);
    else setImmediate(step);
  };
  step();
}

server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
