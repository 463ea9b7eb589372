// A Prisma project in a temporary directory: schema.prisma and migrations/.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Prisma's checksum of a script: sha256 of its text. */
export const checksumOf = (text) => createHash("sha256").update(text).digest("hex");

export class Project {
  constructor(provider, scripts = {}) {
    this.root = mkdtempSync(join(tmpdir(), "unstick-conformance-"));
    this.prisma = join(this.root, "prisma"); // what the oracle calls WORKDIR
    this.migrations = join(this.prisma, "migrations");
    mkdirSync(this.migrations, { recursive: true });
    writeFileSync(
      join(this.prisma, "schema.prisma"),
      `datasource db {\n  provider = "${provider}"\n  url      = env("DATABASE_URL")\n}\n`,
    );
    this.lockTo(provider);
    for (const [name, text] of Object.entries(scripts)) this.write(name, text);
  }

  lockTo(provider) {
    writeFileSync(join(this.migrations, "migration_lock.toml"), `provider = "${provider}"\n`);
  }

  file = (name) => join(this.migrations, name, "migration.sql");
  script = (name) => readFileSync(this.file(name), "utf8");
  checksum = (name) => checksumOf(this.script(name));

  write(name, text) {
    mkdirSync(join(this.migrations, name), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  rename = (from, to) => renameSync(join(this.migrations, from), join(this.migrations, to));
  removeScript = (name) => rmSync(this.file(name));
  removeFolder = (name) => rmSync(join(this.migrations, name), { recursive: true });
  folders = () => readdirSync(this.migrations).filter((name) => name !== "migration_lock.toml");
  configure = (yaml) => writeFileSync(join(this.root, "unstick.yaml"), yaml);
  policy = (lua) => writeFileSync(join(this.root, "policy.lua"), lua);
  remove = () => rmSync(this.root, { recursive: true, force: true });
}
