// The Node.js runtime of functions: asks the Lambda Runtime API for events, and gives each to the handler.
//
// Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes" and "Define Lambda function handler
// in Node.js".

import { existsSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const VARIABLES = process.env;
const [HOST, PORT] = VARIABLES.AWS_LAMBDA_RUNTIME_API.split(":");
const PREFIX = "/2018-06-01/runtime/";
const AGENT = new http.Agent({ keepAlive: true, maxSockets: 1 });
const LEVELS = { log: "INFO", info: "INFO", debug: "DEBUG", warn: "WARN", error: "ERROR", trace: "TRACE" };

let current = "undefined";

function ask(method, where, body = "", headers = {}) {
  return new Promise((resolve, reject) => {
    const length = { "Content-Length": Buffer.byteLength(body), ...headers };
    const request = http.request({ host: HOST, port: PORT, agent: AGENT, method, path: PREFIX + where, headers: length });
    request.on("error", reject);
    request.on("response", (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.end(body);
  });
}

function logThroughConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...words) => write(level, format(...words));
  }
}

function write(level, text) {
  const line = `${new Date().toISOString()}\t${current}\t${level}\t${text}`;
  process.stdout.write(line.replaceAll("\n", "\r") + "\n");
}

function told(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

async function tell(where, error, title) {
  const { trace, ...head } = told(error);
  write("ERROR", `${title} \t${JSON.stringify({ ...head, stack: trace })}`);
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": head.errorType };
  await ask("POST", where, JSON.stringify(told(error)), headers);
}

function failure(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

// Where the handler's file is; other spellings than a file in the archive are looked for in the layers.
function fileOf(root, name) {
  const place = path.resolve(root, name);
  const found = ["", ".js", ".mjs", ".cjs"].map((ending) => place + ending).find((each) => existsSync(each));
  return found ?? createRequire(path.join(root, "/")).resolve(name);
}

async function load(root, handler) {
  const parts = /^(.*?[^/.]|[^/.]*)\.([^/]+)$/.exec(path.basename(handler));
  if (parts === null || handler.includes("..")) {
    throw failure("Runtime.MalformedHandlerName", "Bad handler");
  }
  const module = await imported(root, path.join(path.dirname(handler), parts[1]));
  const found = reach(module, parts[2]) ?? reach(module.default, parts[2]);
  if (found === undefined) {
    throw failure("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw failure("Runtime.HandlerNotFound", `${handler} is not a function`);
  }
  return found;
}

async function imported(root, name) {
  try {
    return await import(pathToFileURL(fileOf(root, name)));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failure("Runtime.UserCodeSyntaxError", error.toString());
    }
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") {
      throw failure("Runtime.ImportModuleError", error.toString());
    }
    throw error;
  }
}

function reach(module, names) {
  return names.split(".").reduce((within, name) => within?.[name], module);
}

function contextOf(headers, finish) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: VARIABLES.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: VARIABLES.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: VARIABLES.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: VARIABLES.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: VARIABLES.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    clientContext: JSON.parse(headers["lambda-runtime-client-context"] ?? "null") ?? undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: (error, result) => finish.now(error, result),
    succeed: (result) => finish.now(null, result),
    fail: (error) => finish.now(error ?? "handled"),
  };
}

// What a handler comes to: a promise of it, or what it gives its callback once nothing is left to do.
function handled(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const settle = (error, result) => (error === null || error === undefined ? resolve(result ?? null) : reject(error));
    let last = () => settle(null, null);
    const atRest = () => last();
    const finish = {
      now: (error, result) => {
        process.off("beforeExit", atRest);
        settle(error, result);
      },
    };
    const context = contextOf(headers, finish);
    const callback = (error, result) => {
      last = () => settle(error, result);
      if (!context.callbackWaitsForEmptyEventLoop) {
        setImmediate(finish.now, error, result);
      }
    };
    process.once("beforeExit", atRest);
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then === "function") {
        returned.then((result) => finish.now(null, result), (error) => finish.now(error ?? "null"));
      }
    } catch (error) {
      finish.now(error ?? "null");
    }
  });
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await ask("GET", "invocation/next");
    current = headers["lambda-runtime-aws-request-id"];
    try {
      const result = await handled(handler, JSON.parse(body), headers);
      await ask("POST", `invocation/${current}/response`, serialized(result));
    } catch (error) {
      await tell(`invocation/${current}/error`, error, "Invoke Error");
    }
  }
}

function serialized(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw failure("Runtime.MarshalError", "Unable to stringify response body");
  }
}

async function end(error, title) {
  await tell(`invocation/${current}/error`, error, title);
  process.exit(129);
}

logThroughConsole();
process.on("uncaughtException", (error) => end(error, "Uncaught Exception"));
process.on("unhandledRejection", (reason) =>
  end(failure("Runtime.UnhandledPromiseRejection", String(reason)), "Unhandled Promise Rejection"),
);
let handler;
try {
  handler = await load(VARIABLES.LAMBDA_TASK_ROOT, VARIABLES._HANDLER);
} catch (error) {
  await tell("init/error", error, "Uncaught Exception");
  process.exit(1);
}
await serve(handler);
