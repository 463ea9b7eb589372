ALTER TYPE "role" RENAME TO "role_old";

CREATE TYPE "role" AS ENUM ('USER', 'ADMIN');

ALTER TABLE "users" ALTER COLUMN "role" DROP DEFAULT;

ALTER TABLE "users" ALTER COLUMN "role" TYPE "role" USING ("role"::text::"role");

DROP TYPE "role_old";

ALTER TABLE "users" ALTER COLUMN "role" SET DEFAULT 'USER';
