// The official JavaScript client in a conversation; prints what it saw. `... MODULES URL`
const { io } = require(require("node:path").join(process.argv[2], "socket.io-client"));
const { once } = require("node:events");

const url = process.argv[3];
const seen = [];
const options = { transports: ["websocket"], auth: { a: 1 }, reconnection: false, forceNew: true };
const strange = { "ü": "日本 \u2028 \"", n: 1.5, deep: [null, true, {}, -0.25, 1e21] };
const hears = (socket, event) => new Promise((resolve) => socket.once(event, (...all) => resolve(all)));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  const socket = io(url, options);
  let isLeaving = false;
  socket.on("disconnect", (reason) => isLeaving || seen.push(["lost", reason]));
  await hears(socket, "welcome").then((all) => seen.push(["welcome", ...all]));
  seen.push(["connected", socket.connected, typeof socket.id]);
  seen.push(["echo", await socket.emitWithAck("echo", strange)]);
  seen.push(["void", (await socket.emitWithAck("void")) ?? null]);

  const order = [];
  await Promise.all(["slow", "echo"].map((name) => socket.emitWithAck(name, name).then((a) => order.push(a))));
  seen.push(["order", ...order]);

  socket.on("said", (...all) => seen.push(["said", ...all]));
  for (const room of ["a", "b"]) await socket.emitWithAck("join", room);
  await socket.emitWithAck("shout", ["a", "b"], "once");
  await socket.emitWithAck("shout", ["nobody"], "never");
  await socket.emitWithAck("part", "a");
  await socket.emitWithAck("shout", ["a"], "never");
  await socket.emitWithAck("shout", ["b"], "still");

  const numbers = [];
  socket.on("number", (n) => numbers.push(n));
  await socket.emitWithAck("count", 300);
  seen.push(["numbers", ...numbers]);
  seen.push(["big", (await socket.emitWithAck("echo", "é".repeat(4000))).length]);

  const other = io(`${url}/other`, options);
  await hears(other, "connect_error").then(() => seen.push(["other namespace", "connect_error"]));
  other.disconnect();

  await pause(2500); // several pings
  seen.push(["still", socket.connected, await socket.emitWithAck("echo", 1)]);

  const gone = io(url, options);
  await hears(gone, "welcome");
  gone.disconnect();
  await socket.emitWithAck("gone", 1);
  const cut = io(url, options);
  await hears(cut, "welcome");
  cut.io.engine.transport.ws.terminate();
  seen.push(["gone", await socket.emitWithAck("gone", 2)]);

  isLeaving = true;
  const ended = hears(socket, "disconnect");
  socket.emit("leave");
  seen.push(["ended", (await ended)[0]]);
}

let isDone = false;
process.on("exit", (code) => {
  console.log(JSON.stringify(seen));
  if (!isDone) process.exitCode = code || 1; // it waited for what did not come
});
main().then(
  () => (isDone = true),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
