// The rival: Fastify doing the same work for a request. `node fastify_server.cjs PORT`.
//
// Access token (HS256), rate limit by the same Lua script in Redis, request id, log line, JSON
// schema, a connection of PostgreSQL's pool held for the request, envelope.
const { createHmac, createHash, randomUUID, timingSafeEqual } = require("node:crypto");
const Fastify = require("fastify");
const Redis = require("ioredis");
const { Pool } = require("pg");

const order = JSON.parse(process.env.BENCH_ORDER);
const key = Buffer.from(process.env.BENCH_JWT_KEY, "hex");
const redis = new Redis(process.env.BENCH_REDIS_PATH);
const pool = new Pool({ connectionString: process.env.BENCH_PG, max: 12 });
redis.defineCommand("gcra", { numberOfKeys: 1, lua: process.env.BENCH_LUA });

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

function claims(header) {
  const [head, body, proof] = (header ?? "").replace(/^Bearer /, "").split(".");
  const made = createHmac("sha256", key).update(`${head}.${body}`).digest();
  const given = Buffer.from(proof ?? "", "base64url");
  if (made.length !== given.length || !timingSafeEqual(made, given)) return null;
  const told = JSON.parse(Buffer.from(body, "base64url").toString());
  return told.exp > Date.now() / 1000 ? told : null;
}

const app = Fastify({
  logger: { level: "info", stream: process.stdout },
  genReqId: (request) => request.headers["x-request-id"] ?? randomUUID(),
  ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
});

app.addHook("onRequest", async (request, reply) => {
  const who = claims(request.headers.authorization);
  if (who === null) return reply.code(401).send({ success: false });
  const bucket = createHash("sha256").update(who.sub).digest("hex").slice(0, 24);
  const [allowed, left] = await redis.gcra(`rl:bench:${bucket}`, 1, 10000000);
  if (!allowed) return reply.code(429).send({ success: false });
  reply.headers({
    "x-request-id": request.id,
    ratelimit: `"read";r=${left};t=1`,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
  });
});

const options = { schema: { response: { "2xx": envelope } } };
app.get("/order", options, async () => {
  const held = await pool.connect();
  held.release();
  return { success: true, data: order, message: null };
});
app.post("/order", { schema: { ...options.schema, body: draft } }, async (request, reply) => {
  const held = await pool.connect();
  await held.query("BEGIN");
  await held.query("COMMIT");
  held.release();
  reply.code(201);
  return { success: true, data: { id: order.id, status: "confirmed", ...request.body }, message: null };
});
app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
