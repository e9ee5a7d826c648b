// The rival: Fastify doing the same work for a request. `node fastify_server.cjs PORT`.
//
// Access token (HS256, verified ones remembered), rate limit in the same buckets in Redis by the same
// rules (docs/decisions/0030), request id, log line (written in bulk), counters, JSON schema, envelope,
// the same headers. Neither side touches PostgreSQL: the handlers ask for nothing.
const { createHmac, createHash, timingSafeEqual } = require("node:crypto");
const Fastify = require("fastify");
const Redis = require("ioredis");
const pino = require("pino");
const prometheus = require("prom-client");

const order = JSON.parse(process.env.BENCH_ORDER);
const key = Buffer.from(process.env.BENCH_JWT_KEY, "hex");
const redis = new Redis(process.env.BENCH_REDIS_PATH);
redis.defineCommand("gcra", { lua: process.env.BENCH_LUA });

const text = (most) => ({ type: "string", minLength: 1, maxLength: most });
const place = {
  type: "object",
  additionalProperties: false,
  required: ["latitude", "longitude", "address"],
  properties: {
    latitude: { type: "number", minimum: -90, maximum: 90 },
    longitude: { type: "number", minimum: -180, maximum: 180 },
    address: text(100),
  },
};
const line = {
  type: "object",
  additionalProperties: false,
  required: ["title", "quantity", "weightGrams"],
  properties: {
    title: text(100),
    quantity: { type: "integer", minimum: 1, maximum: 1000 },
    weightGrams: { type: "integer", minimum: 0, maximum: 1000000 },
  },
};
const fields = {
  pickup: place,
  dropoff: place,
  items: { type: "array", minItems: 1, maxItems: 50, items: line },
  readyAt: { type: "string", format: "date-time" },
  notes: { type: ["string", "null"], maxLength: 2000 },
};
const draft = {
  type: "object",
  additionalProperties: false,
  required: ["pickup", "dropoff", "items", "readyAt"],
  properties: fields,
};
const view = { type: "object", properties: { id: text(36), status: text(20), ...fields } };
const envelope = {
  type: "object",
  properties: { success: { type: "boolean" }, data: view, message: { type: "null" } },
};

const known = new Map();
function claims(token) {
  const held = known.get(token);
  if (held !== undefined && held.exp > Date.now() / 1000) return held;
  const [head, body, proof] = token.split(".");
  const made = createHmac("sha256", key).update(`${head}.${body}`).digest();
  const given = Buffer.from(proof ?? "", "base64url");
  if (made.length !== given.length || !timingSafeEqual(made, given)) return null;
  const told = JSON.parse(Buffer.from(body, "base64url").toString());
  if (told.exp <= Date.now() / 1000) return null;
  known.set(token, told);
  if (known.size > 10_000) known.delete(known.keys().next().value);
  return told;
}

// the buckets of api/kit/rate_limit.py
const [GAP_US, BURST, PART, TELL_MS, TRUST_US] = [1, 10_000_000, 16, 100, 1_000_000];
const buckets = new Map();
let [waiting, asking, toTell] = [[], false, []];
const nowUs = () => performance.now() * 1000;

function ask(bucket, asks) {
  const spent = bucket.spent;
  bucket.spent = 0;
  return new Promise((resolve) => {
    waiting.push({ bucket, spent, asks, resolve });
    if (!asking) {
      asking = true;
      setImmediate(askAll);
    }
  });
}
async function askAll() {
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 500);
    const keys = batch.map((one) => one.bucket.key);
    const found = await redis.gcra(
      keys.length, ...keys, ...batch.flatMap((one) => [GAP_US, BURST, one.spent, one.asks]),
    );
    batch.forEach(({ bucket, resolve }, n) => {
      const [granted, levelUs] = [found[2 * n], found[2 * n + 1]];
      bucket.emptyAtUs = nowUs() + levelUs + bucket.spent * GAP_US;
      bucket.free = Math.floor((BURST - Math.floor(levelUs / GAP_US)) / PART) - bucket.spent;
      bucket.trustedUs = nowUs() + TRUST_US;
      resolve([granted, levelUs]);
    });
  }
  asking = false;
}
function tell() {
  const told = toTell;
  toTell = [];
  for (const bucket of told) if (bucket.spent > 0) ask(bucket, 0);
}
async function count(caller) {
  let bucket = buckets.get(caller);
  if (bucket === undefined) {
    const who = createHash("sha256").update(caller).digest("hex").slice(0, 24);
    bucket = { key: `rl:bench:${who}`, emptyAtUs: 0, free: 0, spent: 0, trustedUs: 0 };
    buckets.set(caller, bucket);
    if (buckets.size > 10_000) buckets.delete(buckets.keys().next().value);
  }
  const now = nowUs();
  if (bucket.free <= 0 || now > bucket.trustedUs) return ask(bucket, 1);
  bucket.free -= 1;
  bucket.spent += 1;
  bucket.emptyAtUs = Math.max(bucket.emptyAtUs, now) + GAP_US;
  if (bucket.spent === 1) {
    if (toTell.length === 0) setTimeout(tell, TELL_MS);
    toTell.push(bucket);
  }
  return [1, bucket.emptyAtUs - now];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const requests = new prometheus.Counter({ name: "requests", help: "-", labelNames: ["endpoint", "status"] });
const seconds = new prometheus.Histogram({
  name: "request_seconds", help: "-", labelNames: ["endpoint"], buckets: SECONDS,
});

// ids of requests are no secrets, neither here nor in ours
const word = () => ((Math.random() * 2 ** 32) >>> 0).toString(16).padStart(8, "0");

const app = Fastify({
  loggerInstance: pino({ level: "info" }, pino.destination({ dest: 1, sync: false, minLength: 4096 })),
  disableRequestLogging: true,
  requestTimeout: 20_000,
  genReqId: (request) => request.headers["x-request-id"] ?? word() + word() + word() + word(),
  ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
});

app.addHook("onRequest", async (request, reply) => {
  const who = claims((request.headers.authorization ?? "").replace(/^Bearer /, ""));
  if (who === null) return reply.code(401).send({ success: false });
  request.actor = who.sub;
  const [granted, levelUs] = await count(who.sub);
  if (!granted) return reply.code(429).send({ success: false });
  const left = Math.floor((BURST * GAP_US - levelUs) / GAP_US);
  reply.headers({
    "x-request-id": request.id,
    "ratelimit-policy": `"read";q=${60_000_000 / GAP_US};w=60`,
    ratelimit: `"read";r=${left};t=${Math.ceil(levelUs / 1_000_000)}`,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "private, no-store",
  });
});
app.addHook("onResponse", (request, reply, done) => {
  const endpoint = `${request.method} ${request.routeOptions.url}`;
  requests.labels(endpoint, reply.statusCode).inc();
  seconds.labels(endpoint).observe(reply.elapsedTime / 1000);
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  request.log.info({ endpoint, status: reply.statusCode, ms, actor: request.actor }, "request");
  done();
});

const options = { schema: { response: { "2xx": envelope } } };
app.get("/order", options, async () => ({ success: true, data: order, message: null }));
app.post("/order", { schema: { ...options.schema, body: draft } }, async (request, reply) => {
  reply.code(201);
  return { success: true, data: { id: order.id, status: "confirmed", ...request.body }, message: null };
});
app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
