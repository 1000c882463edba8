// nginx as a cache in front of a test's server, with the configuration that docs/nginx.conf offers: a private
// process with ports, cache and temporary files of its own, never the system's service. `npm test` finds or installs
// the program and names it in SATCHEL_TEST_NGINX; empty means that it cannot be had here.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { until } from "./until.ts";

const program = process.env["SATCHEL_TEST_NGINX"];

/** `npm test` has said that no nginx can be had: for `it.skipIf`. */
export const isWithoutNginx = program === "";

const OFFERED = fileURLToPath(new URL("../../docs/nginx.conf", import.meta.url));

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands in front of `target`; `edit` changes the offered configuration. Resolves when it answers. */
export async function startNginx(target: string, edit: (text: string) => string = (text) => text): Promise<Nginx> {
  if (program === undefined) throw new Error("SATCHEL_TEST_NGINX is not set: run the tests with `npm test`");
  const folder = mkdtempSync(join(tmpdir(), "nginx-"));
  mkdirSync(join(folder, "logs"));
  const { nginx: port = 0 } = await choosePorts(join(folder, "ports.json"), ["nginx"]);
  const offered = edit(readFileSync(OFFERED, "utf8"));
  const placed = [
    ["/var/cache/nginx/satchel", join(folder, "cache")],
    ["server 127.0.0.1:4000;", `server ${new URL(target).host};`],
    ["listen 8080;", `listen 127.0.0.1:${port};`],
  ].reduce((text, [from, to]) => replaced(text, from!, to!), offered);
  const path = join(folder, "nginx.conf");
  writeFileSync(path, whole(folder, placed));
  const child = spawn(program, ["-p", folder, "-c", path, "-e", join(folder, "logs/error.log")], { stdio: "ignore" });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const log = () => readFileSync(join(folder, "logs/error.log"), "utf8");
  await until(
    () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    log,
  );
  return {
    url,
    async close() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

/** `text` with the one place changed; throws where it is not there just once. */
export function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`docs/nginx.conf does not say once: ${from}`);
  return text.replace(from, () => to);
}

/** What the offered part is included in: everything under `folder`, as whoever runs the test. */
function whole(folder: string, http: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `daemon off; worker_processes 1; ${user} pid ${join(folder, "nginx.pid")};
events { worker_connections 256; }
http { access_log off; ${temporary.join(" ")}
${http}
}
`;
}
